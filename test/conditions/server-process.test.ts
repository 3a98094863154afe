/** A conditions server that a script starts and stops. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { serverProcess } from "../../signaling/conditions/server-process.ts";

const README = join(import.meta.dirname, "fixtures/readme.toml");

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tandem-process-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("serverProcess", () => {
  it("[CO17] starts a server, asks it by its client, and stops it with its state saved", async () => {
    const options = { dataDir: folder, defaultParticipantIndex: 3 };
    const server = await serverProcess(README, options);
    expect(server.adminToken).toBeNull();
    expect(await server.client.moveToNext()).toMatchObject({ ok: true });
    expect(await (await fetch(`${server.url}/api/block-id/3`)).json()).toBe(0);
    await server.stop();
    await server.stop();
    expect(server.process.exitCode).toBe(0);
    expect(await server.client.getConfig()).toMatchObject({ ok: false });
    const again = await serverProcess(README, options);
    expect(await again.client.serverIsActive(3)).toEqual({ ok: true, data: true });
    expect(await again.client.shutdown()).toEqual({ ok: true, data: null });
    await again.stop();
    expect(again.process.exitCode).toBe(0);
  });

  it("[CO17] ends when the script lets go of it", async () => {
    const { process: child } = await serverProcess(README, { dataDir: folder });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.disconnect();
    expect(await ended).toBe(0);
  });

  it("[CO17] hands over the admin token, and rejects with what is wrong", async () => {
    // With an empty one whoever has none would have the right one.
    vi.stubEnv("TANDEM_ADMIN_TOKEN", "");
    onTestFinished(() => void vi.unstubAllEnvs());
    const server = await serverProcess(README, { dataDir: folder, host: "0.0.0.0" });
    expect(server.adminToken).toMatch(/^[\w-]{20,}$/);
    expect(await server.client.moveToNext()).toMatchObject({ ok: true });
    await server.stop();
    const faulty = join(folder, "faulty.toml");
    await writeFile(faulty, (await readFile(README, "utf8")).replace("order", "oder"));
    await expect(serverProcess(faulty, { dataDir: folder })).rejects.toThrow("Unknown key `oder`");
    await expect(serverProcess("none.toml")).rejects.toThrow("none.toml does not exist");
  });
});
