import type { KubernetesClient, ObjectName } from "./client.ts";
import type { Connection } from "./connection.ts";
import { createLineSplitter } from "./lines.ts";
import { networkError } from "./network-error.ts";
import { query } from "./paths.ts";
import type { Requester } from "./requester.ts";

type LogOptions = Parameters<KubernetesClient["log"]>[1];
type LogText = { readonly time?: string; readonly text: string };

/** Longest line; what is longer is cut into several. */
const maxLineBytes = 64 * 1024;

/** Lines of a container's log; see KubernetesClient.log. */
export async function* log(
	requester: Requester,
	connection: Connection,
	{ namespace, name }: ObjectName,
	options: LogOptions,
): AsyncGenerator<LogText, void, undefined> {
	const { container, tail, follow, previous, signal } = options;
	const stream = await requester.open({
		method: "GET",
		path:
			`/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log` +
			query({ container, tailLines: tail, follow: follow || undefined, previous: previous === true || undefined, timestamps: true }),
		accept: "*/*",
		subject: { title: `The log of Pod ${namespace}/${name}`, type: "Pod, v1" },
		signal,
		repeatable: true,
	});
	const splitter = createLineSplitter(maxLineBytes);
	try {
		for (let chunks = await stream.read(); chunks !== undefined; chunks = await stream.read()) {
			for (const chunk of chunks) for (const line of splitter.push(chunk)) yield lineOf(line);
		}
		const rest = splitter.rest();
		if (rest !== "") yield lineOf(rest);
	} catch (error) {
		throw networkError(error, connection);
	} finally {
		stream.stop();
	}
}

const stamped = /^(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?(?<text>[\s\S]*)$/u;

function lineOf(line: string): LogText {
	const groups = stamped.exec(line)?.groups;
	const text = (groups?.["text"] ?? line).replace(/\r$/u, "");
	return groups?.["time"] === undefined ? { text } : { time: groups["time"], text };
}
