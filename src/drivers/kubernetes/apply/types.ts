import { AppError } from "../../../core/app-error.ts";
import { type DesiredObject, type ObjectRef, refOf } from "../../../core/object.ts";
import type { SignalOption } from "../../../ports/repository.ts";
import type { Discovery, ResourceType } from "../client/client.ts";

/** Version of a desired Object's apiVersion: `v1` of `apps/v1`. */
export function versionOf({ apiVersion }: DesiredObject): string {
	return apiVersion.slice(apiVersion.indexOf("/") + 1);
}

/** The type of a desired Object; undefined where the server does not know its kind in that version. */
export function findType(
	discovery: Discovery,
	desired: DesiredObject,
	options: SignalOption,
): ResourceType | Promise<ResourceType | undefined> {
	const { group, kind } = refOf(desired);
	const version = versionOf(desired);
	return discovery.known(group, kind, version) ?? discovery.find(group, kind, version, options);
}

/** The type of a desired Object. Throws `UnknownKind`, which is looked at again later, as whoever brings the kind may still be on the way. */
export async function demandType(discovery: Discovery, desired: DesiredObject, options: SignalOption): Promise<ResourceType> {
	const type = await findType(discovery, desired, options);
	if (type !== undefined) return type;
	const { group, kind } = refOf(desired);
	throw unknownKind(desired, await discovery.find(group, kind, undefined, options));
}

/** The error for a kind that the server does not know; `other` is the version in which it does. */
export function unknownKind(desired: DesiredObject, other?: ResourceType): AppError {
	const { group, kind } = refOf(desired);
	return new AppError(`the cluster does not know the kind ${kind} of ${desired.apiVersion}`, {
		code: "UnknownKind",
		kind: "notFound",
		hint:
			other === undefined
				? "Install the CustomResourceDefinition that brings it, in the same Application or one that this one depends on, or mend apiVersion and kind."
				: `The cluster has it as ${group === "" ? "" : `${group}/`}${other.version}.`,
	});
}

/** The type of what is owned, in whatever version the server prefers; undefined where it does not know the kind any more. */
export function findTypeOf(
	discovery: Discovery,
	{ group, kind }: ObjectRef,
	options: SignalOption,
): ResourceType | Promise<ResourceType | undefined> {
	return discovery.known(group, kind) ?? discovery.find(group, kind, undefined, options);
}
