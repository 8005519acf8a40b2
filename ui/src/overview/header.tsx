import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { ControlView } from "../../../src/core/views/control.ts";
import { client } from "../api/client.ts";
import { useLive } from "../live/live.tsx";
import { Button } from "../parts/button.tsx";
import { Icon, Mark } from "../parts/icon.tsx";
import { RevisionView } from "../parts/revision.tsx";
import { Lasting } from "../time/time-ago.tsx";
import { sourceText } from "./source-text.ts";

interface HeaderProps {
	readonly control: ControlView | undefined;
	readonly version: string;
	readonly onEvents: () => void;
}

/** Where one is: which control documents are in force, and whether the page is live. */
export function Header({ control, version, onEvents }: HeaderProps): ReactNode {
	const queries = useQueryClient();
	const leave = async (): Promise<void> => {
		await client.call("deleteSession", {});
		queries.clear();
		location.assign("/");
	};
	return (
		<header className="z-10 flex h-14 shrink-0 items-center gap-3 border-b border-line bg-surface px-4 sm:px-6">
			<a href="/" title={`Gitward ${version}`} className="flex items-center gap-2.5 rounded-md">
				<Mark className="size-6.5" />
				<span className="text-[17px] font-semibold tracking-tight">Gitward</span>
			</a>
			{control === undefined ? null : (
				<div className="hidden min-w-0 items-center gap-2 border-l border-line pl-3 text-[13px] text-muted sm:flex">
					<span className="truncate font-mono text-[12.5px]" title={`Control documents: ${control.source}`}>
						{sourceText(control.source)}
					</span>
					{control.revision?.includes("@") === true ? <RevisionView revision={control.revision} /> : null}
				</div>
			)}
			<div className="ml-auto flex shrink-0 items-center gap-1.5">
				<LiveSign />
				<Button look="bare" icon="pulse" className="wide:hidden" onClick={onEvents}>
					Events
				</Button>
				<Button look="bare" icon="leave" label="Log out" title="Log out" onClick={() => void leave().catch(() => undefined)}>
					<span className="sr-only">Log out</span>
				</Button>
			</div>
		</header>
	);
}

function LiveSign(): ReactNode {
	const { state, since } = useLive();
	return (
		<div role="status" className="flex items-center gap-2 px-1.5 text-[13px]">
			{state === "live" ? (
				<span className="flex items-center gap-2 text-muted" title="News arrives as it happens">
					<span aria-hidden="true" className="size-2 rounded-full bg-good" />
					Live
				</span>
			) : state === "connecting" ? (
				<span className="flex items-center gap-1.5 text-muted">
					<Icon name="spinner" />
					Connecting
				</span>
			) : (
				<span className="flex items-center gap-1.5 font-medium text-warn" title="What is shown may be old">
					<Icon name="broken" />
					Disconnected
					<span className="hidden font-normal sm:inline">
						<Lasting since={since} />, retrying
					</span>
				</span>
			)}
		</div>
	);
}
