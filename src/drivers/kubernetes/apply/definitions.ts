import { AppError } from "../../../core/app-error.ts";
import type { DesiredObject } from "../../../core/object.ts";
import { at, conditionsOf, listAt, textAt } from "../../../health/live-object.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { SignalOption } from "../../../ports/repository.ts";
import type { KubernetesClient, LiveObject, ResourceType } from "../client/client.ts";
import { awaitObject } from "./await-object.ts";
import { pause } from "./pause.ts";

/** How long the server may take to offer a new kind, in milliseconds. */
const limitMs = 60_000;

/** Waits for new kinds, so that what is of them can be applied next. */
export interface Definitions {
	/** Waits until the server offers the kind of a CustomResourceDefinition that was just applied. */
	established(type: ResourceType, applied: LiveObject, options: SignalOption): Promise<void>;
}

export function isDefinition({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): boolean {
	return kind === "CustomResourceDefinition" && apiVersion.startsWith("apiextensions.k8s.io/");
}

/** Group and kind that a CustomResourceDefinition brings. */
export function definedKind(definition: LiveObject | DesiredObject): { readonly group: string; readonly kind: string } {
	return { group: textAt(definition, "spec", "group"), kind: textAt(definition, "spec", "names", "kind") };
}

/** Undefined while the server has not made up its mind; throws where it refuses the names. */
function isEstablished(object: LiveObject | undefined): true | undefined {
	const conditions = conditionsOf(object);
	const refused = conditions.find(({ type, status }) => type === "NamesAccepted" && status === "False");
	if (refused !== undefined) {
		throw new AppError(`the names of the kind are not accepted: ${refused.message}`, {
			code: "NamesNotAccepted",
			kind: "conflict",
			hint: "Another CustomResourceDefinition of the same group has one of these names.",
		});
	}
	return conditions.some(({ type, status }) => type === "Established" && status === "True") ? true : undefined;
}

export function createDefinitions(client: KubernetesClient, clock: Clock): Definitions {
	return {
		async established(type, applied, { signal }) {
			const { name } = applied.metadata;
			const what = `the CustomResourceDefinition ${name} to be established`;
			if (isEstablished(applied) === undefined) {
				await awaitObject(client, type, { namespace: "", name }, isEstablished, { signal, clock, limitMs, what });
			}
			const { group, kind } = definedKind(applied);
			const served = listAt(applied, "spec", "versions").filter((version) => at(version, "served") === true);
			const isOffered = async (): Promise<boolean> => {
				for (const version of served) {
					const found = await client.discovery.find(group, kind, textAt(version, "name"), signal === undefined ? {} : { signal });
					if (found === undefined) return false;
				}
				return true;
			};
			// The list of kinds follows the condition a little later.
			const start = clock.monotonic();
			for (let wait = 20; ; wait = Math.min(wait * 2, 1000)) {
				client.discovery.forget();
				if (await isOffered()) return;
				if (clock.monotonic() - start > limitMs)
					throw new AppError(`waited in vain for ${what}`, { code: "WaitedTooLong", kind: "timeout" });
				await pause(clock, wait, signal);
			}
		},
	};
}
