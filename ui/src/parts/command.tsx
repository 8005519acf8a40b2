import { type ReactNode, useState } from "react";
import { Icon } from "./icon.tsx";

/** A command to run, with a button that copies it. */
export function Command({ text }: { readonly text: string }): ReactNode {
	const [copied, setCopied] = useState(false);
	const copy = async (): Promise<void> => {
		await navigator.clipboard.writeText(text);
		setCopied(true);
		setTimeout(() => setCopied(false), 2000);
	};
	return (
		<div className="flex w-full items-center gap-2 rounded-md border border-line bg-raised py-1 pr-1 pl-3 text-left">
			<code className="min-w-0 flex-1 overflow-x-auto font-mono text-[12.5px] whitespace-pre text-ink">{text}</code>
			<button
				type="button"
				aria-label={copied ? "Copied" : `Copy ${text}`}
				onClick={() => void copy().catch(() => undefined)}
				className="rounded p-1.5 text-muted hover:bg-surface hover:text-ink"
			>
				<Icon name={copied ? "check" : "copy"} />
			</button>
		</div>
	);
}
