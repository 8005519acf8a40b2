import type { LogLine } from "../../ports/driver.ts";
import { answerError } from "../answer-error.ts";
import type { StreamWriter } from "./writer.ts";

type Line = LogLine & { readonly object: string };

/** Sends log lines as JSON, one a line; an error on the way is the last line, `{"error": …}`. */
export async function streamLogs(
	first: Promise<IteratorResult<Line>>,
	lines: AsyncIterator<Line>,
	writer: StreamWriter,
	signal: AbortSignal,
	options: { readonly heartbeatMs: number; readonly request: string },
): Promise<void> {
	let beat: Promise<boolean> = Promise.resolve(true);
	const heartbeat = setInterval(() => {
		beat = writer.write("\n", signal);
	}, options.heartbeatMs);
	try {
		for (let next = await first; next.done !== true; next = await lines.next()) {
			await beat;
			if (!(await writer.write(`${JSON.stringify(next.value)}\n`, signal))) return;
		}
	} catch (error) {
		if (!signal.aborted) await writer.write(`${JSON.stringify(answerError(error, options.request).body)}\n`, signal);
	} finally {
		clearInterval(heartbeat);
		await lines.return?.();
	}
}
