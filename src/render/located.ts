import { AppError, type SourcePlace } from "../core/app-error.ts";
import type { DesiredObject } from "../core/object.ts";

/** An Object with the file that it came from; a place in it is only looked up when there is something wrong. */
export interface LocatedObject {
	readonly object: DesiredObject;
	readonly file: string;
	/** Where a key stands, as far as the file's own text tells. */
	place(path: readonly PropertyKey[], ofKey?: boolean): SourcePlace;
	/** Where a key stands in the file of origin, where a program rendered it. */
	locate?(path: readonly PropertyKey[]): Promise<SourcePlace>;
}

/** A path in a manifest as an error of kind `invalid`. */
export function invalidAt(place: SourcePlace, message: string, code: string, hint?: string): AppError {
	const where = `${place.file}${place.line === undefined ? "" : `:${place.line}${place.column === undefined ? "" : `:${place.column}`}`}`;
	const key = place.key === undefined || place.key === "" ? "" : ` ${place.key}`;
	return new AppError(`${where}:${key} ${message}`, { code, kind: "invalid", place, ...(hint === undefined ? {} : { hint }) });
}
