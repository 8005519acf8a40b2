import type { Io } from "./io.ts";
import { clean } from "./text/paint.ts";
import { cutTo } from "./text/table.ts";

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

export interface Progress {
	say(text: string): void;
	/** Takes the line away. */
	end(): void;
}

/** A moving line with the time that went by; nothing where there is no terminal. */
export function startProgress(io: Pick<Io, "err" | "errPaint" | "progress">, first: string): Progress {
	if (!io.progress) return { say: () => undefined, end: () => undefined };
	const started = Date.now();
	let text = first;
	let frame = 0;
	const draw = () => {
		const seconds = Math.floor((Date.now() - started) / 1000);
		const line = cutTo(clean(text).replaceAll(/\s+/gu, " "), (process.stderr.columns || 80) - 10);
		io.err(`\r\u001b[K${io.errPaint.cyan(frames[frame % frames.length] ?? "")} ${line} ${io.errPaint.dim(`${seconds} s`)}`);
		frame += 1;
	};
	draw();
	const timer = setInterval(draw, 100);
	return {
		say: (next) => {
			text = next;
		},
		end: () => {
			clearInterval(timer);
			io.err("\r\u001b[K");
		},
	};
}
