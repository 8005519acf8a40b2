import type { ApplicationState } from "../../core/application-state.ts";
import type { EngineContext } from "../context.ts";

/** Lets those try again whose Objects another Application owned: what that one wants may be something else now. */
export async function wakeTakers(engine: EngineContext, environment: string): Promise<void> {
	const takers: ApplicationState[] = [];
	for (const state of engine.status.all()) if (state.environment === environment && isRefused(state)) takers.push(state);
	for (const { name } of takers) engine.requeue(name, 0);
	await Promise.all(takers.map(({ name }) => engine.status.update(name, { attempt: undefined })));
}

function isRefused({ attempt }: ApplicationState): boolean {
	return attempt?.failure.code === "OwnedByOther";
}
