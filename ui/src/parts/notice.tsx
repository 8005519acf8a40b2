import type { ReactNode } from "react";
import { AppError, toAppError } from "../../../src/core/app-error.ts";
import { Button } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { shortenRevisions } from "./shorten.ts";

/** A message of one line as a sentence, one of several as the compiler-like text that it is. */
export function Message({ text, className }: { readonly text: string; readonly className?: string }): ReactNode {
	if (!text.includes("\n")) return <p className={`text-pretty [overflow-wrap:anywhere] ${className ?? ""}`}>{shortenRevisions(text)}</p>;
	// Lines that point at one another stay as they are; others are broken, so that nothing is out of sight.
	const layout = /^\s*\|?\s*\^/mu.test(text) ? "overflow-x-auto" : "whitespace-pre-wrap [overflow-wrap:anywhere]";
	return (
		<pre className={`${layout} font-mono text-[12.5px] leading-5 ${className ?? ""}`}>
			{numberedLines(text).map(({ number, line }) => (
				<MessageLine key={number} line={line} />
			))}
		</pre>
	);
}

function numberedLines(text: string): readonly { readonly number: number; readonly line: string }[] {
	return text.split("\n").map((line, number) => ({ number, line }));
}

/** The place of an error in bold, the caret beneath the quoted line in red. */
function MessageLine({ line }: { readonly line: string }): ReactNode {
	const place = /^(?<place>\S+:\d+(?::\d+)?:)(?<rest>.*)$/u.exec(line)?.groups;
	if (place !== undefined) {
		return (
			<div>
				<strong className="font-semibold">{place["place"]}</strong>
				{place["rest"]}
			</div>
		);
	}
	return (
		<div className={/^\s*\^$/u.test(line) ? "font-bold text-bad" : line.startsWith(" ") ? "text-muted" : ""}>
			{line === "" ? " " : line}
		</div>
	);
}

/** What went wrong with a request, what to do, and a button to ask again. */
export function ErrorNotice({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }): ReactNode {
	const { message, hint } = error instanceof AppError ? error : toAppError(error);
	return (
		<div role="alert" className="m-4 rounded-lg border border-line bg-bad-soft p-4">
			<div className="flex gap-2 font-medium text-bad">
				<Icon name="cross-circle" className="mt-0.5" />
				<Message text={message} className="min-w-0 text-ink" />
			</div>
			{hint === undefined ? null : <p className="mt-1 ml-6 text-[13px] text-muted">{hint}</p>}
			{onRetry === undefined ? null : (
				<Button className="mt-3 ml-6" icon="sync" onClick={onRetry}>
					Ask again
				</Button>
			)}
		</div>
	);
}

/** Nothing is here, why, and what comes next. */
export function Empty({
	icon,
	title,
	children,
}: {
	readonly icon: IconName;
	readonly title: string;
	readonly children?: ReactNode;
}): ReactNode {
	return (
		<div className="mx-auto flex max-w-md flex-col items-center px-6 py-12 text-center">
			<Icon name={icon} className="size-7 text-faint" />
			<h3 className="mt-3 font-semibold">{title}</h3>
			<div className="mt-1 space-y-3 text-[13.5px] text-pretty text-muted">{children}</div>
		</div>
	);
}

/** That something is on its way; screen readers hear it. */
export function Loading({ what }: { readonly what: string }): ReactNode {
	return (
		<div role="status" className="flex items-center gap-2 px-5 py-6 text-[13px] text-muted">
			<Icon name="spinner" />
			Loading {what}
		</div>
	);
}
