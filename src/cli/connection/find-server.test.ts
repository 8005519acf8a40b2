import { expect, it } from "vitest";
import { checkedUrl } from "./find-server.ts";

it.each([
	["127.0.0.1:7474", "http://127.0.0.1:7474"],
	["localhost:7474", "http://localhost:7474"],
	["[::1]:7474/", "http://[::1]:7474"],
	["gitward.example.com", "https://gitward.example.com"],
	["gitward.example.com:7474", "https://gitward.example.com:7474"],
	["localhost.example.com", "https://localhost.example.com"],
	["http://gitward.example.com/x", "http://gitward.example.com"],
	["https://user@gitward.example.com", "https://gitward.example.com"],
])("%s is the address %s", (text, url) => {
	expect(checkedUrl(text)).toBe(url);
});
