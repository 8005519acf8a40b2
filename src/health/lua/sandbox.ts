import { LuaFactory, LuaReturn, LuaType, type LuaWasm } from "wasmoon";
import { luaLiteral } from "./literal.ts";
import { prelude } from "./prelude.ts";

/** What a health script returned, or why it returned nothing of use. */
export type LuaAnswer =
	| { readonly ok: true; readonly given: boolean; readonly status?: string; readonly message?: string }
	| { readonly ok: false; readonly message: string };

/** Runs health scripts, each in a Lua of its own. */
export interface Sandbox {
	/** Runs a script over `obj`, synchronously. Throws only where the sandbox itself broke: it is of no use then. */
	run(script: string, object: unknown): LuaAnswer;
	/** Only reads a script: what is wrong with its syntax, or undefined. */
	check(script: string): string | undefined;
}

const maxBytes = 32 * 1024 * 1024;
const tooMuch = `it needs more than ${maxBytes / 1024 / 1024} MiB of memory`;
const ok: number = LuaReturn.Ok;
const outOfMemory: number = LuaReturn.ErrorMem;
const libraries = ["base", "string", "table", "math", "coroutine", "os"] as const;

/**
 * Loads Lua. Only its C interface is used: no JavaScript value is ever given to a script, every run has a new state, and all memory of the
 * state comes from one allocator that counts it.
 */
export async function createSandbox(): Promise<Sandbox> {
	const lua = await new LuaFactory(undefined, {}).getLuaModule();
	const { module } = lua;
	const { _free: free, _realloc: reallocate } = module as typeof module & { readonly _free: (pointer: number) => void };
	let used = 0;
	const allocator = module.addFunction((_: number, pointer: number, before: number, after: number) => {
		// Where there was nothing, `before` is the kind of what is made.
		const had = pointer === 0 ? 0 : before;
		if (after === 0) {
			if (pointer !== 0) free(pointer);
			used -= had;
			return 0;
		}
		if (after > had && used + after - had > maxBytes) return 0;
		const given = reallocate(pointer, after);
		if (given !== 0) used += after - had;
		return given;
	}, "iiiii");

	/** Compiles text, never bytecode; leaves the function or an error on the stack. */
	function load(state: number, text: string, name: string): number {
		const pointer = module.stringToNewUTF8(text);
		try {
			return lua.luaL_loadbufferx(state, pointer, module.lengthBytesUTF8(text), `=${name}`, "t");
		} finally {
			free(pointer);
		}
	}

	function failureOf(state: number, code: number): LuaAnswer {
		if (code === outOfMemory) return { ok: false, message: tooMuch };
		const message = textAt(lua, state, -1) ?? "it raised an error that is no text";
		return { ok: false, message: message.replace(/^script:(?<line>[0-9]+): /u, "line $<line>: ") };
	}

	function call(state: number, text: string, name: string, results: number): LuaAnswer | undefined {
		const loaded = load(state, text, name);
		const code = loaded === ok ? lua.lua_pcallk(state, 0, results, 0, 0, null) : loaded;
		return code === ok ? undefined : failureOf(state, code);
	}

	return {
		check(script) {
			used = 0;
			const state = lua.lua_newstate(allocator, null);
			if (state === 0) return tooMuch;
			try {
				const code = load(state, script, "script");
				const answer = code === ok ? undefined : failureOf(state, code);
				return answer?.ok === false ? answer.message : undefined;
			} finally {
				lua.lua_close(state);
			}
		},
		run(script, object) {
			used = 0;
			const state = lua.lua_newstate(allocator, null);
			if (state === 0) return { ok: false, message: tooMuch };
			try {
				for (const library of libraries) {
					lua[`luaopen_${library}`](state);
					lua.lua_setglobal(state, library === "base" ? "_G" : library);
				}
				const broken = call(state, prelude, "prelude", 0) ?? call(state, `return ${luaLiteral(object)}`, "object", 1);
				if (broken !== undefined) return broken;
				lua.lua_setglobal(state, "obj");
				return call(state, script, "script", 1) ?? answerAt(lua, state);
			} finally {
				lua.lua_close(state);
			}
		},
	};
}

/** Reads the result without asking any metatable. */
function answerAt(lua: LuaWasm, state: number): LuaAnswer {
	const type = lua.lua_type(state, -1);
	if (type === LuaType.Nil) return { ok: true, given: false };
	if (type !== LuaType.Table) return { ok: false, message: `it returned a ${lua.lua_typename(state, type)} instead of a table` };
	const field = (name: string): string | undefined => {
		lua.lua_pushstring(state, name);
		lua.lua_rawget(state, -2);
		const text = textAt(lua, state, -1);
		lua.lua_settop(state, -2);
		return text;
	};
	const status = field("status");
	const message = field("message");
	return { ok: true, given: true, ...(status === undefined ? {} : { status }), ...(message === undefined ? {} : { message }) };
}

function textAt(lua: LuaWasm, state: number, index: number): string | undefined {
	const type = lua.lua_type(state, index);
	if (type === LuaType.Number) return String(lua.lua_tonumberx(state, index, null));
	return type === LuaType.String ? lua.lua_tolstring(state, index, null) : undefined;
}
