// What the promise costs at the least: one epoll loop that receives requests, appends their bodies to a preallocated file,
// syncs once for all that came together, and answers. It checks nothing, parses nothing but Content-Length, and is no
// server: a measure for the others. sync-floor PORT FOLDER
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FILE_MIB = 64, INPUT = 1 << 20, EVENTS = 512 };

static const char answer[] =
    "HTTP/1.1 200 OK\r\nDate: Tue, 24 Nov 2026 08:00:00 GMT\r\nContent-Type: application/json; charset=utf-8\r\n"
    "Content-Length: 18\r\n\r\n{\"ret\":0,\"msg\":\"\"}";

struct client {
    char *input;
    size_t count;
};

static struct client clients[65536];

static void fail(const char *what) {
    perror(what);
    exit(1);
}

int main(int count, char **arguments) {
    if (count != 3) return fprintf(stderr, "sync-floor PORT FOLDER\n"), 2;
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), poll = epoll_create1(0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1])),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024)) fail("listen");
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[EVENTS];
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);

    char path[4096];
    snprintf(path, sizeof path, "%s/reports.log", arguments[2]);
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    char *zeros = calloc(1, 1 << 20), *group = malloc(EVENTS * (size_t)INPUT);
    for (int mib = 0; mib < FILE_MIB; mib++)
        if (pwrite(file, zeros, 1 << 20, (off_t)mib << 20) != 1 << 20) fail("preallocate");
    if (fsync(file)) fail("sync");
    off_t end = 0;
    int ready[EVENTS];

    for (;;) {
        int found = epoll_wait(poll, events, EVENTS, -1), answers = 0;
        size_t size = 0;
        for (int index = 0; index < found; index++) {
            int descriptor = events[index].data.fd;
            if (descriptor == listener) {
                int accepted;
                while ((accepted = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0) {
                    setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                    if (!clients[accepted].input) clients[accepted].input = malloc(INPUT);
                    clients[accepted].count = 0;
                    struct epoll_event added = {.events = EPOLLIN, .data.fd = accepted};
                    epoll_ctl(poll, EPOLL_CTL_ADD, accepted, &added);
                }
                continue;
            }
            struct client *client = &clients[descriptor];
            ssize_t got = recv(descriptor, client->input + client->count, INPUT - client->count, 0);
            if (got <= 0) {
                if (got == 0 || errno != EAGAIN) close(descriptor);
                continue;
            }
            client->count += got;
            char *body = memmem(client->input, client->count, "\r\n\r\n", 4);
            if (!body) continue;
            body += 4;
            char *length = memmem(client->input, body - client->input, "Content-Length: ", 16);
            size_t bytes = length ? strtoul(length + 16, 0, 10) : 0;
            if (client->count < (size_t)(body - client->input) + bytes) continue;
            memcpy(group + size, body, bytes);
            size += bytes;
            client->count = 0;
            ready[answers++] = descriptor;
        }
        if (size > 0) {
            // Over and over the same file: a log would begin the next one.
            if (end + (off_t)size > (off_t)FILE_MIB << 20) end = 0;
            if (pwrite(file, group, size, end) != (ssize_t)size || fdatasync(file)) fail("write");
            end += size;
        }
        for (int index = 0; index < answers; index++)
            if (send(ready[index], answer, sizeof answer - 1, MSG_NOSIGNAL) < 0) close(ready[index]);
    }
}
