import { AppError } from "../../../core/app-error.ts";
import { annotation } from "../../../core/object.ts";
import type { LiveObject } from "../client/client.ts";
import { describeOwner, type Owner } from "../marks.ts";

/** The error where an Object turned out to be somebody else's when it was to be made. */
export function foreignError(live: LiveObject, owner: Owner): AppError {
	const whose = describeOwner(live.metadata, owner);
	return new AppError(whose === undefined ? "it exists and was not made by Gitward" : `it exists and belongs to ${whose}`, {
		code: "ObjectForeign",
		kind: "conflict",
		hint: `Annotate it in Git with ${annotation.adopt}: "true" to take it over.`,
	});
}
