import type { ReactNode } from "react";
import type { ApplicationSummary } from "../../../src/core/views/application.ts";
import type { Tone, Verdict } from "../applications/verdict.ts";
import { Icon, type IconName } from "./icon.tsx";

type HealthStatus = ApplicationSummary["health"]["status"];

const toneIcon: Readonly<Record<Tone, IconName>> = {
	bad: "cross-circle",
	warn: "warning",
	wait: "person",
	busy: "spinner",
	quiet: "pause",
	good: "check-circle",
};

/** Class of the colour of a tone. */
export const toneText: Readonly<Record<Tone, string>> = {
	bad: "text-bad",
	warn: "text-warn",
	wait: "text-warn",
	busy: "text-accent",
	quiet: "text-muted",
	good: "text-good",
};

/** Class of the soft background of a tone. */
export const toneSoft: Readonly<Record<Tone, string>> = {
	bad: "bg-bad-soft",
	warn: "bg-warn-soft",
	wait: "bg-warn-soft",
	busy: "bg-accent-soft",
	quiet: "bg-raised",
	good: "bg-good-soft",
};

/** Class of the solid fill of a tone, for bars. */
export const toneFill: Readonly<Record<Tone, string>> = {
	bad: "bg-bad",
	warn: "bg-warn",
	wait: "bg-warn/60",
	busy: "bg-accent",
	quiet: "bg-line-strong",
	good: "bg-good",
};

const healthTone: Readonly<Record<HealthStatus, readonly [Tone, IconName]>> = {
	Healthy: ["good", "check-circle"],
	Progressing: ["busy", "spinner"],
	Degraded: ["bad", "cross-circle"],
	Missing: ["bad", "question"],
	Suspended: ["quiet", "pause"],
	Unknown: ["warn", "question"],
};

const syncTone: Readonly<Record<ApplicationSummary["sync"], readonly [Tone, IconName, string]>> = {
	Synced: ["good", "check", "Synced"],
	OutOfSync: ["warn", "apart", "Out of sync"],
	Syncing: ["busy", "spinner", "Syncing"],
	Unknown: ["warn", "question", "Unknown"],
};

interface StatusProps {
	readonly tone: Tone;
	readonly icon?: IconName;
	readonly word: string;
	readonly title?: string;
	/** Says what the word is about, for screen readers: `Health`. */
	readonly about?: string;
	readonly strong?: boolean;
}

/** An icon and a word: the colour is only the third way to say it. */
export function Status({ tone, icon, word, title, about, strong }: StatusProps): ReactNode {
	const loud = tone === "bad" || tone === "warn" || tone === "wait";
	return (
		<span
			title={title === "" ? undefined : title}
			className={`inline-flex min-w-0 items-baseline gap-1.5 ${loud || strong === true ? toneText[tone] : "text-muted"} ${loud ? "font-medium" : ""}`}
		>
			<Icon name={icon ?? toneIcon[tone]} className={`self-center ${toneText[tone]}`} />
			{about === undefined ? null : <span className="sr-only">{about}: </span>}
			<span className="truncate">{word}</span>
		</span>
	);
}

/** Health as icon and word, with its message on hover. */
export function HealthStatusView({ health }: { readonly health: ApplicationSummary["health"] }): ReactNode {
	const [tone, icon] = healthTone[health.status];
	return <Status tone={tone} icon={icon} word={health.status} title={health.message} about="Health" />;
}

/** Sync state as icon and word. */
export function SyncStatusView({ sync, drifted }: { readonly sync: ApplicationSummary["sync"]; readonly drifted: number }): ReactNode {
	const [tone, icon, word] = syncTone[sync];
	const drift = sync === "OutOfSync" && drifted > 0;
	return (
		<Status
			tone={tone}
			icon={icon}
			word={drift ? "Drifted" : word}
			title={drift ? `${drifted} Objects differ from what was applied` : ""}
			about="Sync"
		/>
	);
}

/** The one word on an Application, as a pill. */
export function VerdictPill({ verdict }: { readonly verdict: Verdict }): ReactNode {
	return (
		<span className={`inline-flex items-center rounded-full px-2.5 py-0.5 text-[13px] ${toneSoft[verdict.tone]}`}>
			<Status tone={verdict.tone} word={verdict.word} strong />
		</span>
	);
}
