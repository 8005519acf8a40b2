import { AppError } from "../../../core/app-error.ts";
import type { ListOptions, ListPage, LiveObject, ResourceType } from "./client.ts";
import { parseAnswer } from "./parse-answer.ts";
import { apiVersionOf, collectionPath, query } from "./paths.ts";
import type { Requester } from "./requester.ts";
import { type Subject, statusError } from "./status-error.ts";
import type { Answer } from "./transport.ts";

interface Page {
	readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
	readonly items: readonly Record<string, unknown>[] | null;
}

const maxPageBytes = 64 * 1024 * 1024;
const metadataList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
/** How often a list begins anew because the server forgot where it was. */
const maxRestarts = 3;

/** Pages of the objects of a type; see KubernetesClient.list. */
export async function* list(
	requester: Requester,
	type: ResourceType,
	options: ListOptions = {},
): AsyncGenerator<ListPage, void, undefined> {
	const { limit = 500, most = 200_000 } = options;
	const subject = { title: `The list of ${type.plural}`, type: `${type.kind}, ${apiVersionOf(type)}` };
	const isMetadata = options.metadataOnly !== undefined && options.metadataOnly !== false;
	let next: string | undefined;
	let seen = 0;
	let restarts = 0;
	for (;;) {
		const answer = await requester.send({
			method: "GET",
			path:
				collectionPath(type, options.namespace) +
				query({ limit, labelSelector: options.labelSelector, fieldSelector: options.fieldSelector, continue: next }),
			...(isMetadata ? { accept: metadataList } : {}),
			subject,
			signal: options.signal,
			maxBytes: maxPageBytes,
			repeatable: true,
		});
		if (answer.status === 410 && next !== undefined && restarts < maxRestarts) {
			restarts += 1;
			seen = 0;
			next = undefined;
			continue;
		}
		if (answer.status >= 300) throw statusError(answer, subject);
		const { metadata, items } = pageOf(answer, subject);
		next = metadata.continue === undefined || metadata.continue === "" ? undefined : metadata.continue;
		seen += items?.length ?? 0;
		if (seen > most) throw tooLong(subject.title, most);
		yield {
			items: (items ?? []).map((item) => completed(item, type, options.metadataOnly === true)),
			resourceVersion: metadata.resourceVersion ?? "",
		};
		if (next === undefined) return;
	}
}

/** What is no list must not pass for an empty one. */
function pageOf(answer: Answer, subject: Subject): Page {
	const page = parseAnswer<Partial<Page> | null>(answer, subject);
	if (typeof page?.metadata?.resourceVersion === "string" && (Array.isArray(page.items) || page.items === null)) return page as Page;
	throw new AppError(`${subject.title}: the answer is no list. Is the address that of an API server?`, {
		code: "AnswerUnreadable",
		kind: "unavailable",
	});
}

/** Items of a list lack what is the same for all of them. */
function completed(item: Record<string, unknown>, type: ResourceType, isLean: boolean): LiveObject {
	item["apiVersion"] = apiVersionOf(type);
	item["kind"] = type.kind;
	if (isLean) delete (item["metadata"] as Record<string, unknown>)["managedFields"];
	return item as unknown as LiveObject;
}

function tooLong(title: string, most: number): AppError {
	return new AppError(`${title} is longer than ${most}`, {
		code: "ListTooLong",
		kind: "invalid",
		hint: "Narrow it by a namespace or a label.",
	});
}
