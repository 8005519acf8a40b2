import { type ReactNode, useMemo } from "react";
import type { EnvironmentView } from "../../../src/core/views/environment.ts";
import { countTones, type Judged } from "../applications/select.ts";
import { type Tone, tones } from "../applications/verdict.ts";
import { Icon } from "../parts/icon.tsx";
import { HealthStatusView, toneFill } from "../parts/status.tsx";
import { columnsOf } from "./lanes.ts";

interface LanesProps {
	readonly environments: readonly EnvironmentView[];
	readonly judged: readonly Judged[];
	readonly selected: string | undefined;
	readonly onSelect: (environment: string | undefined) => void;
}

/** Environments from left to right towards production; a click shows only what goes there. */
export function EnvironmentLanes({ environments, judged, selected, onSelect }: LanesProps): ReactNode {
	const columns = useMemo(() => columnsOf(environments), [environments]);
	const byEnvironment = useMemo(() => Map.groupBy(judged, ({ application }) => application.environment), [judged]);
	if (environments.length === 0) return null;
	return (
		<section aria-label="Environments" className="-mx-4 overflow-x-auto px-4 pb-6 sm:-mx-6 sm:px-6">
			<ol className="flex flex-col gap-2 @2xl:flex-row @2xl:items-stretch">
				{columns.map((column, index) => (
					<li key={column.map(({ name }) => name).join()} className="flex min-w-0 flex-1 items-center gap-2 @2xl:min-w-48">
						{index === 0 ? null : <Icon name="arrow" className="hidden text-faint @2xl:block" />}
						<div className="flex h-full min-w-0 flex-1 flex-col gap-2">
							{column.map((environment) => (
								<Lane
									key={environment.name}
									environment={environment}
									judged={byEnvironment.get(environment.name) ?? []}
									selected={selected === environment.name}
									onSelect={() => onSelect(selected === environment.name ? undefined : environment.name)}
								/>
							))}
						</div>
					</li>
				))}
			</ol>
		</section>
	);
}

const toneWords: Readonly<Record<Tone, string>> = {
	bad: "in trouble",
	warn: "out of sync",
	wait: "waiting",
	busy: "on the way",
	quiet: "held",
	good: "converged",
};

interface LaneProps {
	readonly environment: EnvironmentView;
	readonly judged: readonly Judged[];
	readonly selected: boolean;
	readonly onSelect: () => void;
}

function Lane({ environment, judged, selected, onSelect }: LaneProps): ReactNode {
	const counts = countTones(judged);
	const present = tones.filter((tone) => counts[tone] > 0);
	const policies = policyWords(environment.policy);
	return (
		<button
			type="button"
			aria-pressed={selected}
			onClick={onSelect}
			title={selected ? "Show all environments" : `Show only ${environment.name}`}
			className="flex h-full w-full flex-col rounded-xl border border-line bg-surface px-4 py-3 text-left transition-colors hover:border-line-strong aria-pressed:border-ink aria-pressed:ring-1 aria-pressed:ring-ink"
		>
			<span className="flex w-full flex-wrap items-baseline justify-between gap-x-3">
				<span className="max-w-full truncate font-semibold">{environment.name}</span>
				<span className="text-[13px]">
					<HealthStatusView health={environment.health} />
				</span>
			</span>
			<span aria-hidden="true" className="mt-2.5 flex h-1.5 w-full gap-0.5 overflow-hidden rounded-full bg-raised">
				{present.map((tone) => (
					<span key={tone} className={toneFill[tone]} style={{ flexGrow: counts[tone], flexBasis: 4 }} />
				))}
			</span>
			<span className="mt-2 text-[13px] text-muted tabular-nums">
				{present.length === 0
					? "no applications"
					: present.map((tone) => `${counts[tone].toLocaleString("en")} ${toneWords[tone]}`).join(" · ")}
			</span>
			{policies.length === 0 ? null : <span className="mt-1 text-[13px] text-faint">{policies.join(" · ")}</span>}
		</button>
	);
}

/** Only what differs from the default is worth a word. */
function policyWords(policy: EnvironmentView["policy"]): readonly string[] {
	return [
		...(policy.sync === "manual" ? ["syncs on request"] : []),
		...(policy.drift === "report" ? ["drift is reported"] : policy.drift === "ask" ? ["repairs ask first"] : []),
		...(policy.prune ? [] : ["never prunes"]),
	];
}
