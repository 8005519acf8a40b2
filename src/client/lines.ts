import { AppError } from "../core/app-error.ts";

const longest = 8 * 1024 * 1024;

/** Lines of a streamed answer, without their ends. A connection that breaks is `unavailable` (StreamBroken). */
export async function* linesOf(response: Response): AsyncGenerator<string> {
	const decoder = new TextDecoder();
	const reader = response.body?.getReader();
	if (reader === undefined) return;
	let rest = "";
	try {
		for (;;) {
			const { done, value } = await reader.read().catch((error: unknown) => {
				throw broken(error);
			});
			if (done) break;
			const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
			rest = lines.pop() ?? "";
			if (rest.length > longest) throw broken(new Error("a line of the answer is too long"));
			for (const line of lines) yield line.endsWith("\r") ? line.slice(0, -1) : line;
		}
		if (rest !== "") yield rest;
	} finally {
		await reader.cancel().catch(() => undefined);
	}
}

function broken(cause: unknown): AppError {
	return new AppError("The connection to the server broke", { code: "StreamBroken", kind: "unavailable", hint: "Ask again.", cause });
}
