/** Only its side effect matters: it replaces pixi's generated code by interpreted code. */
declare module "pixi.js/unsafe-eval";
