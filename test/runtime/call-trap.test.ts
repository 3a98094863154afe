import { expect, it, onTestFinished } from "vitest";
import { type InstalledCallTrap, installCallTrap } from "../../engine/index.ts";

function trapped(): InstalledCallTrap {
  const trap = installCallTrap(() => null);
  onTestFinished(() => trap.remove());
  return trap;
}

/** Every kind of call, as an environment would write it. */
const CALLS: readonly (readonly [string, () => unknown])[] = [
  ["Math.random", () => Math.random()],
  ["Math.sin", () => Math.sin(1)],
  ["Math.hypot", () => Math.hypot(3, 4)],
  ["Math.pow", () => Reflect.apply(Math.pow, null, [2, 3])],
  ["Math.cbrt", () => Math.cbrt(8)],
  ["Date", () => new Date(0)],
  ["Date.now", () => Date.now()],
  ["performance.now", () => performance.now()],
  ["crypto.getRandomValues", () => crypto.getRandomValues(new Uint8Array(1))],
  ["Intl.Collator", () => new Intl.Collator()],
  ["localeCompare", () => "a".localeCompare("b")],
  ["toLocaleString", () => (1_000).toLocaleString()],
  ["setTimeout", () => clearTimeout(setTimeout(() => {}, 0))],
  ["queueMicrotask", () => queueMicrotask(() => {})],
  ["fetch", () => void fetch("data:,")],
  ["navigator", () => navigator],
];

it.each(CALLS)("[DE8] reports %s while armed, and only then", (name, call) => {
  const trap = trapped();
  call();
  trap.arm();
  expect(trap.disarm()).toBeNull();
  trap.arm();
  call();
  expect(trap.disarm()).toMatchObject({ name });
  call();
  trap.arm();
  expect(trap.disarm()).toBeNull();
});

it("[DE8] reports the first of several, also through what was taken from the globals", () => {
  const trap = trapped();
  const { cos } = Math;
  trap.arm();
  expect(cos(0)).toBe(1);
  expect(Math.exp(0)).toBe(1);
  expect(trap.disarm()).toMatchObject({ name: "Math.cos" });
});

it("[DE8] lets what is exact pass", () => {
  const trap = trapped();
  trap.arm();
  const value =
    Math.sqrt(2) + Math.floor(1.5) + Math.imul(3, 4) + Math.max(1, 2) + Math.fround(0.1);
  const text = JSON.stringify(["b", "a"].sort().map((name) => name.toUpperCase()));
  expect(trap.disarm()).toBeNull();
  expect(value).toBeCloseTo(16.514, 3);
  expect(text).toBe('["A","B"]');
});

it("puts everything back", () => {
  const names = ["Date", "setTimeout", "fetch", "navigator", "process"];
  const look = () => [
    ...names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name)),
    ...Object.values(Object.getOwnPropertyDescriptors(Math)),
    Object.getOwnPropertyDescriptor(String.prototype, "localeCompare"),
    Object.getOwnPropertyDescriptor(Performance.prototype, "now"),
  ];
  const before = look();
  const trap = installCallTrap(() => null);
  expect(look()).not.toEqual(before);
  trap.remove();
  expect(look()).toEqual(before);
});
