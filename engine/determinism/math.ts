/**
 * Transcendental functions that give the same bits in every JavaScript engine.
 * Native `Math.sin` and its kin differ between browsers by 1 to 3 ulp; these are ports of FreeBSD's fdlibm.
 * `+ - * / %`, `Math.sqrt`, `abs`, `floor`, `fround`, `imul`, `min` and `max` are exact everywhere: use them directly.
 */
import atan2 from "@stdlib/math-base-special-atan2";
import cos from "@stdlib/math-base-special-cos";
import exp from "@stdlib/math-base-special-exp";
import ln from "@stdlib/math-base-special-ln";
import pow from "@stdlib/math-base-special-pow";
import sin from "@stdlib/math-base-special-sin";

export { atan2, cos, exp, ln, pow, sin };
