/** Secrets of sessions and of servers: knowing an id or an address does not let one take over or read what is behind it. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

const SECRET_BYTES = 24;

export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString("base64url");
}

/** Secrets are random and long, so one round of SHA-256 is enough. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

export function isSecret(secret: string, secretHash: string): boolean {
  return timingSafeEqual(Buffer.from(hashSecret(secret)), Buffer.from(secretHash));
}

/** What a request says after `Authorization: Bearer`; empty if it says nothing. */
export function bearerOf(authorization = ""): string {
  return authorization.replace(/^Bearer /, "");
}
