import type { LiveMetadata } from "./client/client.ts";

/** Label that names the Gitward which manages an object; watches are narrowed by it. */
export const instanceLabel = "gitward.dev/instance";
/** Annotation that names the Application, `<environment>/<application>`. */
export const ownerAnnotation = "gitward.dev/owner";
/** Annotation of a hook's object: the Gitward that runs it. Hooks carry no label, so no watch and no Inventory holds them. */
export const hookAnnotation = "gitward.dev/hook-of";
/** Annotation of a hook's object: hash of what is run and for which Sync. */
export const hookRunAnnotation = "gitward.dev/hook-run";
/** Gitward's name among field managers. */
export const fieldManager = "gitward";

/** Whose the objects of one Application are. */
export interface Owner {
	/** 12 hex digits. */
	readonly instance: string;
	readonly environment: string;
	readonly application: string;
}

export function ownerText({ environment, application }: Owner): string {
	return `${environment}/${application}`;
}

/**
 * Whether an object is the owner's: by its marks, or, where somebody took Gitward's label away, because it is the very one (uid) that
 * was applied. What another Gitward or another Application marked is theirs.
 */
export function isOurs(metadata: LiveMetadata, owner: Owner, uid?: string): boolean {
	const instance = metadata.labels?.[instanceLabel];
	const text = metadata.annotations?.[ownerAnnotation];
	if (instance === owner.instance && text === ownerText(owner)) return true;
	const isMarkedByOther = (instance !== undefined && instance !== owner.instance) || (text !== undefined && text !== ownerText(owner));
	return !isMarkedByOther && uid !== undefined && metadata.uid === uid;
}

/** Whether Gitward ever applied an object: a copy that somebody made of one has its marks, and another manager. */
export function isApplied({ managedFields }: LiveMetadata): boolean {
	return managedFields?.some(({ manager, operation }) => manager === fieldManager && operation === "Apply") === true;
}

/** Whose an object is, for people: `the Application shop in staging`; undefined where nothing says it. */
export function describeOwner(metadata: LiveMetadata, owner: Owner): string | undefined {
	const instance = metadata.labels?.[instanceLabel];
	const [environment = "", application = ""] = metadata.annotations?.[ownerAnnotation]?.split("/") ?? [];
	if (instance !== undefined) {
		const what = application === "" ? "" : `the Application ${application} `;
		if (instance !== owner.instance) return `${what}${what === "" ? "" : "of "}another Gitward (${instance})`;
		if (application !== "") return environment === owner.environment ? what.trim() : `${what}in ${environment}`;
	}
	const argo = metadata.annotations?.["argocd.argoproj.io/tracking-id"]?.split(":")[0];
	if (argo !== undefined && argo !== "") return `the Argo CD application ${argo}`;
	const flux = metadata.labels?.["kustomize.toolkit.fluxcd.io/name"];
	if (flux !== undefined) return `the Flux kustomization ${flux}`;
	const helm = metadata.annotations?.["meta.helm.sh/release-name"];
	if (helm !== undefined) return `the Helm release ${helm}`;
	const controller = metadata.ownerReferences?.find((reference) => reference.controller === true);
	return controller === undefined ? undefined : `the ${controller.kind} ${controller.name}`;
}
