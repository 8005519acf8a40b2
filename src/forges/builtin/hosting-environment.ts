/** Environment that takes the machine's git configuration out of play for the repositories that Gitward hosts. */
export function hostingEnvironment(): Readonly<Record<string, string>> {
	return {
		GIT_CONFIG_NOSYSTEM: "1",
		GIT_CONFIG_GLOBAL: "/dev/null",
		GIT_ATTR_NOSYSTEM: "1",
		GIT_TERMINAL_PROMPT: "0",
		GIT_NO_REPLACE_OBJECTS: "1",
		GIT_ALLOW_PROTOCOL: "",
		// No hostile push makes git take more memory than this at once.
		GIT_ALLOC_LIMIT: "512m",
		LC_ALL: "C",
	};
}
