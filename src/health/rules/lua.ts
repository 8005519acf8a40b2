import { createLimitedThread } from "../../lib/thread/limited-thread.ts";
import type { LiveObject } from "../live-object.ts";
import { compatible } from "../lua/compatible.ts";
import type { LuaAnswer, LuaWork } from "../lua/lua-worker.ts";
import type { CustomRule } from "./custom-rule.ts";
import { failedRule, verdict } from "./verdict.ts";

/** Evaluates Lua health scripts, in a thread of their own. */
export interface LuaRunner {
	/** A script of Argo CD's form, made ready. */
	rule(script: string): CustomRule;
	/** What is wrong with a script before it is run; undefined where it can be read. */
	check(script: string): Promise<string | undefined>;
	/** Ends the thread. */
	close(): Promise<void>;
}

/** The thread's own values are few: Objects and scripts. What a script makes is limited within. */
const memoryMb = 96;
const file = new URL(import.meta.url.endsWith(".ts") ? "../lua/lua-worker.ts" : "../lua/lua-worker.js", import.meta.url);

/** A runner whose thread, and Lua with it, is loaded when a script is first evaluated. */
export function createLuaRunner({ timeoutMs }: { readonly timeoutMs: number }): LuaRunner {
	const thread = createLimitedThread<LuaWork, LuaAnswer>(file, { timeoutMs, memoryMb });
	return {
		rule(source) {
			const script = compatible(source);
			return async (object) => {
				try {
					const { answers, failure } = await thread.run({ script, object: withoutManagers(object) }, 1, {});
					const [answer] = answers;
					if (answer === undefined) return failedRule(failure ?? "it was not evaluated");
					if (!answer.ok) return failedRule(answer.message);
					return answer.given ? verdict(answer.status, answer.message) : undefined;
				} catch (error) {
					return failedRule(error instanceof Error ? error.message : String(error));
				}
			};
		},
		async check(script) {
			const { answers, failure } = await thread.run({ script: compatible(script) }, 1, {});
			const [answer] = answers;
			return answer === undefined ? failure : answer.ok ? undefined : answer.message;
		},
		close: () => thread.close(),
	};
}

/** Who manages which field is most of an Object, and nothing that a health script goes by. */
function withoutManagers(object: LiveObject): LiveObject {
	const { metadata } = object;
	if (typeof metadata !== "object" || metadata === null || !("managedFields" in metadata)) return object;
	const { managedFields: _, ...rest } = metadata;
	return { ...object, metadata: rest };
}
