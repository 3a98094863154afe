/** Runs in a browser: lets the test ask it for certificates. */
import { certify, hashMaths } from "./certificate.ts";

const certificate = { certify, hashMaths };

declare global {
  interface Window {
    certificate: typeof certificate;
  }
}

window.certificate = certificate;
