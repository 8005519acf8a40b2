import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { LogLineView } from "../../../src/api/schemas.ts";
import { toAppError } from "../../../src/core/app-error.ts";
import { client } from "../api/client.ts";
import { createBatch } from "../live/batch.ts";
import { Button } from "../parts/button.tsx";
import { exactTime } from "../time/relative.ts";

/** So many lines the page keeps. */
const kept = 2000;
// Terminals' colours mean nothing here.
const colours = /\u001b\[[0-9;]*m/gu;

interface Numbered extends LogLineView {
	readonly number: number;
}

type State = { readonly is: "following" } | { readonly is: "ended" } | { readonly is: "failed"; readonly message: string };

interface LogsProps {
	readonly application: string;
	readonly object: string;
}

/** What an Object prints, live; it follows the end until one scrolls up. */
export function Logs({ application, object }: LogsProps): ReactNode {
	const [attempt, setAttempt] = useState(0);
	return (
		<LogStream key={`${object} ${attempt}`} application={application} object={object} onAgain={() => setAttempt((count) => count + 1)} />
	);
}

function LogStream({ application, object, onAgain }: LogsProps & { readonly onAgain: () => void }): ReactNode {
	const [lines, setLines] = useState<readonly Numbered[]>([]);
	const [state, setState] = useState<State>({ is: "following" });
	const [follows, setFollows] = useState(true);
	const box = useRef<HTMLDivElement>(null);

	useEffect(() => {
		const abort = new AbortController();
		let number = 0;
		const batch = createBatch<Numbered>((more) => Promise.resolve(setLines((known) => [...known, ...more].slice(-kept))), 60);
		const read = async (): Promise<void> => {
			try {
				const stream = client.logs({ params: { name: application }, query: { object, tail: 300, follow: true } }, { signal: abort.signal });
				for await (const line of stream) batch.add({ ...line, number: number++ });
				if (!abort.signal.aborted) setState({ is: "ended" });
			} catch (error) {
				if (!abort.signal.aborted) setState({ is: "failed", message: toAppError(error).message });
			}
		};
		void read();
		return () => {
			abort.abort();
			batch.close();
		};
	}, [application, object]);

	useLayoutEffect(() => {
		if (follows && box.current !== null && lines.length > 0) box.current.scrollTop = box.current.scrollHeight;
	}, [lines, follows]);

	const onScroll = (): void => {
		const element = box.current;
		if (element !== null) setFollows(element.scrollHeight - element.scrollTop - element.clientHeight < 24);
	};
	// A column that would be empty takes no room.
	const timed = lines.some((line) => line.time !== undefined);
	const mixed = lines.some((line) => line.stream === "stderr");
	return (
		<div className="border-t border-line">
			<div
				ref={box}
				role="log"
				aria-label="Logs"
				// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
				tabIndex={0}
				onScroll={onScroll}
				className="h-72 overflow-auto bg-canvas py-2 font-mono text-[12.5px] leading-5 -outline-offset-2"
			>
				{lines.length === 0 && state.is === "following" ? <p className="px-3 text-faint">Nothing printed yet</p> : null}
				{lines.map((line) => (
					<div key={line.number} className="flex w-max min-w-full gap-3 px-3">
						{timed ? (
							<span title={line.time === undefined ? undefined : exactTime(line.time)} className="w-[8ch] shrink-0 text-faint select-none">
								{line.time === undefined ? "" : new Date(line.time).toLocaleTimeString("en-GB")}
							</span>
						) : null}
						{mixed ? (
							<span title={line.stream === "stderr" ? "Printed to stderr" : undefined} className="w-[3ch] shrink-0 text-warn select-none">
								{line.stream === "stderr" ? "err" : ""}
							</span>
						) : null}
						<span className="whitespace-pre">{line.text.replace(colours, "")}</span>
					</div>
				))}
			</div>
			<div role="status" className="flex min-h-10 items-center gap-3 border-t border-line px-3 py-1 text-[13px] text-muted">
				{state.is === "following"
					? follows
						? "Following"
						: "Paused while you read"
					: state.is === "ended"
						? "The log ended"
						: state.message}
				<span className="ml-auto" />
				{state.is === "following" ? null : (
					<Button icon="sync" onClick={onAgain}>
						Read again
					</Button>
				)}
				{follows || state.is !== "following" ? null : (
					<Button icon="down" onClick={() => setFollows(true)}>
						Follow the end
					</Button>
				)}
			</div>
		</div>
	);
}
