import type { Client } from "../../client/client.ts";
import { AppError } from "../../core/app-error.ts";
import type { Io } from "../io.ts";
import { startProgress } from "../progress.ts";
import { adviseOn } from "../text/advice.ts";
import { clean } from "../text/paint.ts";

/** Waits until an Application is Synced and Healthy; `waiting` with the holds where it cannot get there, `timeout` past the deadline. */
export async function waitUntilSettled(io: Io, client: Client, name: string, deadline: number): Promise<void> {
	const progress = startProgress(io, `${name}: syncing`);
	const stop = new AbortController();
	const signal = AbortSignal.any([io.signal, stop.signal]);
	if (io.progress) void tellProgress(client, name, signal, progress.say);
	let why = "";
	try {
		for (let round = 0; ; round += 1) {
			const left = deadline - Date.now();
			if (left <= 0) throw late(name, why);
			const { settled } = await client.call(
				"waitSettled",
				{ params: { name }, query: { limit: Math.min(Math.max(Math.ceil(left / 1000), 1), round === 0 ? 5 : 30) } },
				{ signal },
			);
			if (settled) break;
			const news = adviseOn(await client.call("getApplication", { params: { name } }, { signal })).why[0] ?? "";
			if (news !== why && news !== "") io.err(`${io.errPaint.yellow("…")} ${name} waits: ${clean(news)}\n`);
			why = news;
		}
	} finally {
		stop.abort();
		progress.end();
	}
	io.err(`${io.errPaint.green("✓")} ${name} is as Git says and healthy\n`);
}

/** Shows the newest event of the Application; only for the eye, so trouble with it stops nothing. */
async function tellProgress(client: Client, name: string, signal: AbortSignal, say: (text: string) => void): Promise<void> {
	try {
		for await (const event of client.events({ application: name, signal })) say(`${name}: ${event.message}`);
	} catch {
		// The wait itself meets the same trouble and tells it.
	}
}

function late(name: string, why: string): AppError {
	return new AppError(`${name} did not converge in the given time${why === "" ? "" : `: ${why}`}`, {
		code: "NotConverged",
		kind: "waiting",
		hint: `\`gitward status ${name}\` tells what to do; --timeout gives it longer.`,
	});
}
