import type { ControlView } from "../../../src/core/views/control.ts";
import type { EnvironmentView } from "../../../src/core/views/environment.ts";
import type { Judged } from "../applications/select.ts";
import { needsAttention, type Tone, tones } from "../applications/verdict.ts";

/** One thing that does not converge. */
export interface Problem {
	readonly tone: Tone;
	/** Application to open, where it is one. */
	readonly application?: string;
	readonly environment?: string;
	readonly subject: string;
	readonly word: string;
	readonly why: string;
	readonly since?: string;
}

/** The page's first sentence, and what stands behind it. */
export interface Overall {
	readonly tone: Tone;
	readonly title: string;
	readonly detail: string;
	/** Worst first, then the oldest. */
	readonly problems: readonly Problem[];
}

function count(number: number, one: string, many = `${one}s`): string {
	return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** Whether the newest control documents are refused; then the condition says why. */
export function controlProblem(control: ControlView | undefined): ControlView["conditions"][number] | undefined {
	return control?.conditions.find((condition) => condition.type === "Ready" && condition.status === "False");
}

function problemsOf(judged: readonly Judged[], environments: readonly EnvironmentView[]): readonly Problem[] {
	const unreachable = environments.flatMap((environment): Problem[] => {
		const condition = environment.conditions.find((each) => each.type === "Ready" && each.status === "False");
		if (condition === undefined) return [];
		return [
			{
				tone: "bad",
				environment: environment.name,
				subject: environment.name,
				word: condition.reason,
				why: condition.message,
				since: condition.since,
			},
		];
	});
	const own = judged
		.filter(({ verdict }) => needsAttention(verdict))
		.map(
			({ application, verdict }): Problem => ({
				tone: verdict.tone,
				application: application.name,
				environment: application.environment,
				subject: application.name,
				word: verdict.word,
				why: verdict.why,
				...(verdict.since === undefined ? {} : { since: verdict.since }),
			}),
		);
	return [...unreachable, ...own].toSorted(
		(a, b) => tones.indexOf(a.tone) - tones.indexOf(b.tone) || (a.since ?? "9").localeCompare(b.since ?? "9"),
	);
}

/** What is to be said of everything together: converged, or what does not, since when and why. */
export function overallOf(judged: readonly Judged[], environments: readonly EnvironmentView[]): Overall {
	const problems = problemsOf(judged, environments);
	const places = count(environments.length, "environment");
	if (judged.length === 0 && problems.length === 0) {
		return { tone: "quiet", title: "Nothing to run yet", detail: `${places}, no applications`, problems };
	}
	if (problems.length > 0) {
		const applications = problems.filter((problem) => problem.application !== undefined).length;
		const title =
			applications === 0
				? `${count(problems.length, "environment")} cannot be reached`
				: `${applications.toLocaleString("en")} of ${count(judged.length, "application")} ${applications === 1 ? "does" : "do"} not converge`;
		return { tone: problems.some(({ tone }) => tone === "bad") ? "bad" : "warn", title, detail: `in ${places}`, problems };
	}
	const moving = judged.filter(({ verdict }) => verdict.tone === "busy").length;
	const held = judged.filter(({ verdict }) => verdict.tone === "wait" || verdict.tone === "quiet").length;
	if (moving > 0) {
		return {
			tone: "busy",
			title: `${count(moving, "application")} on ${moving === 1 ? "its" : "their"} way`,
			detail: `${count(judged.length, "application")} in ${places}, nothing in trouble`,
			problems,
		};
	}
	if (held > 0) {
		return {
			tone: "quiet",
			title: `Converged, with ${count(held, "application")} held`,
			detail: `${count(judged.length, "application")} in ${places}`,
			problems,
		};
	}
	return {
		tone: "good",
		title: "Everything runs what Git says",
		detail: `${count(judged.length, "application")} in ${places}, all converged`,
		problems,
	};
}
