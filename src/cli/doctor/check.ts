/** What doctor found on one point. */
export interface Finding {
	readonly name: string;
	/** `missing` stops Gitward from working; `weak` limits it. */
	readonly state: "good" | "weak" | "missing";
	readonly detail: string;
	/** How to mend it. */
	readonly mend?: string;
}
