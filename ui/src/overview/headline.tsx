import type { ReactNode } from "react";
import { useLive } from "../live/live.tsx";
import { Icon } from "../parts/icon.tsx";
import { shortenRevisions } from "../parts/shorten.ts";
import { Status, toneSoft, toneText } from "../parts/status.tsx";
import { Lasting, TimeAgo } from "../time/time-ago.tsx";
import type { Overall, Problem } from "./overall.ts";

const most = 4;

interface HeadlineProps {
	readonly overall: Overall;
	readonly onOpen: (application: string) => void;
	/** Shows everything that wants attention. */
	readonly onAll: () => void;
}

const icons = { bad: "cross-circle", warn: "warning", wait: "person", busy: "spinner", quiet: "pause", good: "check-circle" } as const;

/** The whole state in one sentence; where something does not converge: what, why and since when. */
export function Headline({ overall, onOpen, onAll }: HeadlineProps): ReactNode {
	const { tone, title, detail, problems } = overall;
	const live = useLive();
	return (
		<section aria-label="Overall state" className="pt-7 pb-6">
			<div className="flex items-center gap-3.5">
				<span className={`grid size-11 shrink-0 place-items-center rounded-full ${toneSoft[tone]}`}>
					<Icon name={icons[tone]} className={`size-6 ${toneText[tone]}`} />
				</span>
				<div className="min-w-0">
					<h1 aria-live="polite" className="text-[22px] leading-7 font-semibold tracking-tight text-balance">
						{title}
					</h1>
					<p className="text-muted">
						{detail}
						{live.state === "reconnecting" ? (
							<span className="text-warn">
								, as it was <TimeAgo time={live.since} />
							</span>
						) : null}
					</p>
				</div>
			</div>
			{problems.length === 0 ? null : (
				<ul className="mt-5 divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface">
					{problems.slice(0, most).map((problem) => (
						<ProblemLine key={`${problem.environment}/${problem.subject}`} problem={problem} onOpen={onOpen} />
					))}
					{problems.length > most ? (
						<li>
							<button
								type="button"
								onClick={onAll}
								className="w-full px-4 py-2.5 text-left text-[13px] font-medium text-accent -outline-offset-2 hover:bg-raised"
							>
								Show all {problems.length.toLocaleString("en")}
							</button>
						</li>
					) : null}
				</ul>
			)}
		</section>
	);
}

function ProblemLine({ problem, onOpen }: { readonly problem: Problem; readonly onOpen: (application: string) => void }): ReactNode {
	const { application, environment, subject, tone, word, why, since } = problem;
	return (
		<li className="grid grid-cols-[1fr_auto] items-baseline gap-x-4 gap-y-0.5 px-4 py-2.5 @3xl:grid-cols-[9rem_minmax(0,14rem)_1fr_auto]">
			<span className="text-[13.5px]">
				<Status tone={tone} word={word} />
			</span>
			<span className="order-first col-span-2 truncate @3xl:order-none @3xl:col-span-1">
				{application === undefined ? (
					<span className="font-medium">{subject}</span>
				) : (
					<button type="button" onClick={() => onOpen(application)} className="rounded-sm font-medium underline-offset-3 hover:underline">
						{subject}
					</button>
				)}
				{environment === undefined || subject.includes(environment) ? null : (
					<span className="text-[13px] text-muted"> in {environment}</span>
				)}
			</span>
			<span className="order-last col-span-2 line-clamp-2 text-[13.5px] text-muted [overflow-wrap:anywhere] @3xl:order-none @3xl:col-span-1">
				{shortenRevisions(why.split("\n", 2).join(" "))}
			</span>
			<span className="text-right text-[13px] text-muted">{since === undefined ? null : <Lasting since={since} />}</span>
		</li>
	);
}
