import type { z } from "zod";
import { AppError } from "../../core/app-error.ts";
import { type DesiredObject, keyOf, refOf } from "../../core/object.ts";
import type { ArchiveObject, DirectoryObject, FileObject } from "./kinds/file.ts";
import type { JobObject } from "./kinds/job.ts";
import type { ProcessObject } from "./kinds/process.ts";
import type { UnitObject } from "./kinds/unit.ts";
import { hostKinds } from "./kinds.ts";

/** A checked Object of a plain machine. */
export type HostObject = FileObject | DirectoryObject | ArchiveObject | ProcessObject | UnitObject | JobObject;

const schemas = new Map<string, z.ZodType>(hostKinds.map((kind) => [`${kind.apiVersion}/${kind.kind}`, kind.schema]));
const parsed = new WeakMap<DesiredObject, HostObject>();

/** The Object with its defaults filled in. Throws `invalid`, code `ObjectInvalid`. The same Object is checked once. */
export function parseObject(object: DesiredObject): HostObject {
	const known = parsed.get(object);
	if (known !== undefined) return known;
	const key = keyOf(refOf(object));
	const schema = schemas.get(`${object.apiVersion}/${object.kind}`);
	if (schema === undefined) {
		throw new AppError(`${key}: a host target does not know ${object.apiVersion} ${object.kind}`, {
			code: "KindUnknown",
			kind: "invalid",
			hint: `Known kinds of host.gitward.dev/v1: ${hostKinds.map((each) => each.kind).join(", ")}.`,
		});
	}
	const result = schema.safeParse(object);
	if (!result.success) {
		const [issue] = result.error.issues;
		const at = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
		throw new AppError(`${key} is not valid${at}: ${issue?.message ?? "unknown reason"}`, {
			code: "ObjectInvalid",
			kind: "invalid",
			hint: "Correct it in Git.",
		});
	}
	const value = result.data as HostObject;
	parsed.set(object, value);
	return value;
}

/** Fails for a `source` that no render resolved. */
export function unresolved(object: HostObject): AppError {
	return new AppError(`${object.kind} ${object.metadata.name} still has a source: it was not rendered`, {
		code: "SourceUnresolved",
		kind: "invalid",
		hint: "Give the content itself, or let it be rendered from a Repository.",
	});
}
