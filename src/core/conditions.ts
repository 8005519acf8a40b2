export type ConditionType = "Ready" | "Reconciling" | "Stalled";

/** One condition of an Application, Repository or Environment, as Kubernetes users know them. */
export interface Condition {
	readonly type: ConditionType;
	readonly status: "True" | "False" | "Unknown";
	/** PascalCase and stable. */
	readonly reason: string;
	readonly message: string;
	/** What a person can do about it. */
	readonly hint?: string | undefined;
	/** ISO 8601, when `status` last changed. */
	readonly since: string;
}
