import type { IncomingMessage } from "node:http";
import { isHostedName } from "./hosted-repositories.ts";

/** What a request of Git's smart HTTP protocol asks for (gitprotocol-http(5)). */
export interface GitRequest {
	readonly name: string;
	readonly service: "git-upload-pack" | "git-receive-pack";
	/** `refs`: the listing that comes first; `pack`: the exchange itself. */
	readonly step: "refs" | "pack";
}

/** Why a request is none that is served. */
export interface Refusal {
	readonly status: 404 | 405 | 403;
	readonly message: string;
}

/** Reads method and URL, of which `prefix` (`/git`) is taken off. */
export function readGitRequest(request: Pick<IncomingMessage, "method" | "url">, prefix: string): GitRequest | Refusal {
	const [path = "", query = ""] = (request.url ?? "").split("?", 2);
	const match = new RegExp(`^${prefix}/(?<name>[^/]+)\\.git/(?<rest>info/refs|git-upload-pack|git-receive-pack)$`, "u").exec(path)?.groups;
	const { name = "", rest = "" } = match ?? {};
	if (!isHostedName(name)) return { status: 404, message: "there is no such repository" };
	if (rest === "info/refs") {
		if (request.method !== "GET") return { status: 405, message: "info/refs is read with GET" };
		const service = new URLSearchParams(query).get("service");
		if (service === "git-upload-pack" || service === "git-receive-pack") return { name, service, step: "refs" };
		return { status: 403, message: "only the smart HTTP protocol is served; use a newer git" };
	}
	if (request.method !== "POST") return { status: 405, message: `${rest} is asked with POST` };
	return { name, service: rest as GitRequest["service"], step: "pack" };
}
