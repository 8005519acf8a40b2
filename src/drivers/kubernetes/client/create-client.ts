import { systemClock } from "../../../lib/system-clock.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { ApplyResult, KubernetesClient, LiveObject, ObjectName, ResourceType, WriteOptions } from "./client.ts";
import type { Connection } from "./connection.ts";
import { createDiscovery } from "./discovery.ts";
import { list } from "./list.ts";
import { createCatalogLoader } from "./load-catalog.ts";
import { log } from "./log.ts";
import { parseAnswer } from "./parse-answer.ts";
import { apiVersionOf, objectPath, objectTitle, query } from "./paths.ts";
import { createRequester } from "./requester.ts";
import { readStatus } from "./status.ts";
import { type Subject, statusError } from "./status-error.ts";
import { warningsOf } from "./warnings.ts";
import { watch } from "./watch.ts";

export interface ClientOptions {
	readonly clock?: Clock;
	/** Most connections for requests, watches and logs aside; 32 where absent. */
	readonly connections?: number;
	/** Milliseconds in which a request has to be answered; 30,000 where absent. */
	readonly timeoutMs?: number;
	/** Milliseconds that a request waits altogether when the server asks it to come again later; 60,000 where absent. */
	readonly patienceMs?: number;
	/** Milliseconds without even a bookmark after which a watch is given up; 90,000 where absent. */
	readonly silenceMs?: number;
}

const metadataOnly = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

/** Opens a client; the first request connects. */
export function createKubernetesClient(connection: Connection, options: ClientOptions = {}): KubernetesClient {
	const { clock = systemClock, connections = 32, timeoutMs = 30_000, patienceMs = 60_000, silenceMs = 90_000 } = options;
	const requester = createRequester(connection, { clock, connections, timeoutMs, patienceMs });
	return {
		discovery: createDiscovery(createCatalogLoader(requester), clock),
		async version({ signal } = {}) {
			const subject = { title: "The version of the cluster" };
			const answer = await requester.ask({ method: "GET", path: "/version", subject, signal, repeatable: true });
			return parseAnswer<{ readonly gitVersion: string }>(answer, subject).gitVersion;
		},
		async get(type, name, { signal, metadataOnly: isMetadata } = {}) {
			const subject = subjectOf(type, name);
			const accept = isMetadata === true ? { accept: metadataOnly } : {};
			const answer = await requester.send({ method: "GET", path: objectPath(type, name), subject, signal, repeatable: true, ...accept });
			if (answer.status < 300) {
				const object = parseAnswer<LiveObject>(answer, subject);
				return isMetadata === true ? { ...object, apiVersion: apiVersionOf(type), kind: type.kind } : object;
			}
			const error = statusError(answer, subject);
			if (error.code === "ObjectNotFound") return undefined;
			throw error;
		},
		async apply(type, name, body, { fieldManager, force, dryRun, as, signal }): Promise<ApplyResult> {
			const subject = subjectOf(type, name);
			const answer = await requester.ask({
				method: "PATCH",
				path: objectPath(type, name) + query({ fieldManager, force, fieldValidation: "Strict", dryRun: dryRunOf(dryRun) }),
				contentType: "application/apply-patch+yaml",
				body: JSON.stringify(body),
				subject,
				as,
				signal,
				repeatable: true,
			});
			return { object: parseAnswer<LiveObject>(answer, subject), created: answer.status === 201, warnings: warningsOf(answer.headers) };
		},
		async patch(type, name, patch, { fieldManager, dryRun, as, signal }) {
			const subject = subjectOf(type, name);
			const isJson = "json" in patch;
			const answer = await requester.ask({
				method: "PATCH",
				path: objectPath(type, name) + query({ fieldManager, dryRun: dryRunOf(dryRun) }),
				contentType: isJson ? "application/json-patch+json" : "application/merge-patch+json",
				body: JSON.stringify(isJson ? patch.json : patch.merge),
				subject,
				as,
				signal,
				// A JSON patch may add to a list: twice is not the same as once.
				repeatable: !isJson,
			});
			return parseAnswer<LiveObject>(answer, subject);
		},
		async delete(type, name, { uid, propagation, dryRun, as, signal }) {
			const subject = subjectOf(type, name);
			const answer = await requester.send({
				method: "DELETE",
				path: objectPath(type, name),
				contentType: "application/json",
				body: JSON.stringify({
					apiVersion: "v1",
					kind: "DeleteOptions",
					...(uid === undefined ? {} : { preconditions: { uid } }),
					...(propagation === undefined ? {} : { propagationPolicy: propagation }),
					...(dryRun === true ? { dryRun: ["All"] } : {}),
				}),
				subject,
				as,
				signal,
				// Without a uid it might take what somebody made in between.
				repeatable: uid !== undefined,
			});
			if (answer.status < 300) return deletedObject(parseAnswer<LiveObject>(answer, subject), type, name);
			const error = statusError(answer, subject);
			if (error.code === "ObjectNotFound") return undefined;
			throw error;
		},
		list: (type, options) => list(requester, type, options),
		watch: (type, options) => watch({ requester, connection, clock, silenceMs }, type, options),
		log: (name, options) => log(requester, connection, name, options),
		close: async () => requester.close(),
	};
}

function dryRunOf(dryRun: WriteOptions["dryRun"]): "All" | undefined {
	return dryRun === true ? "All" : undefined;
}

function subjectOf(type: ResourceType, name: ObjectName): Subject {
	return {
		title: objectTitle(type, name),
		type: `${type.kind}, ${apiVersionOf(type)}`,
		isSecret: type.kind === "Secret" && type.group === "",
	};
}

/** Where an object is gone at once many types answer with a Status that names its uid. */
function deletedObject(answer: LiveObject, type: ResourceType, { namespace, name }: ObjectName): LiveObject {
	if (answer.kind !== "Status") return answer;
	const uid = readStatus({ text: JSON.stringify(answer) }).details?.uid ?? "";
	return {
		apiVersion: apiVersionOf(type),
		kind: type.kind,
		metadata: { name, ...(type.namespaced ? { namespace } : {}), uid, resourceVersion: "" },
	};
}
