import { type BigIntStats, lstatSync } from "node:fs";

/** What tells a file that was touched from one that was not, as one text. */
export type Signature = string;

export function signatureOf(stat: BigIntStats): Signature {
	return `${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}:${stat.ino}:${stat.mode}`;
}

/** lstat with full times; undefined where nothing is. */
export function lstatOf(path: string): BigIntStats | undefined {
	return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

/** Permissions as in a document, `0644`. */
export function modeText(mode: bigint | number): string {
	return `0${(Number(mode) & 0o777).toString(8).padStart(3, "0")}`;
}

/** What stands there, for people. */
export function typeText(stat: BigIntStats): string {
	if (stat.isFile()) return "file";
	if (stat.isDirectory()) return "folder";
	if (stat.isSymbolicLink()) return "symbolic link";
	return "special file";
}
