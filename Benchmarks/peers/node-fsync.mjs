// Node's http server: JSON.parse, the same shape check as nginx-lua.conf, then one write and one fdatasync for all
// reports that wait (group commit), and the answers after it. The only peer that promises what Footprint promises.
// Usage: node node-fsync.mjs PORT FOLDER
import { fdatasync, openSync, writev } from "node:fs";
import { createServer } from "node:http";

const [port, folder] = process.argv.slice(2);
const file = openSync(`${folder}/reports.jsonl`, "a");
const newline = Buffer.from("\n");
const accepted = Buffer.from('{"ret":0,"msg":""}');
const refused = Buffer.from('{"ret":1001,"msg":"请求参数错误，请稍后再试"}');

let waiting = [];
let committing = false;

function commit() {
    committing = true;
    const group = waiting;
    waiting = [];
    const buffers = [];
    for (const { body } of group) buffers.push(body, newline);
    writev(file, buffers, (writeError) => {
        fdatasync(file, (syncError) => {
            for (const { response } of group) {
                if (writeError || syncError) answer(response, 503, refused);
                else answer(response, 200, accepted);
            }
            if (waiting.length) commit();
            else committing = false;
        });
    });
}

function answer(response, status, body) {
    response.writeHead(status, { "Content-Type": "application/json", "Content-Length": body.length });
    response.end(body);
}

function isReport(bytes) {
    let report;
    try {
        report = JSON.parse(bytes);
    } catch {
        return false;
    }
    const { head, items } = report ?? {};
    const isID = (id) => typeof id === "string" && id.length > 0 && id.length <= 128;
    return isID(head?.uid) && isID(head?.openid)
        && Array.isArray(items) && items.length > 0 && items.length <= 1000
        && items.every(({ channel, operate_id }) =>
            (channel === undefined || channel === 1 || channel === 2)
            && (operate_id === undefined || operate_id === 10000 || operate_id === 11000));
}

const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
        const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
        if (!request.headers.authorization) return answer(response, 401, refused);
        if (!isReport(body)) return answer(response, 200, refused);
        waiting.push({ body, response });
        if (!committing) commit();
    });
});
server.keepAliveTimeout = 60_000;
server.listen(Number(port), "127.0.0.1", 1024);
process.on("SIGTERM", () => process.exit(0));
