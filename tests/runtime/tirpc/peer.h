/* The shelf by rpcgen and libtirpc, without the macros of rpcgen's header, which C++ would stumble over. */
#pragma once

#include <rpc/rpc.h>

#ifdef __cplusplus
extern "C" {
#endif

/* rpcgen -m: the dispatcher. Its notes are forgotten by peer_forget(). */
void shelf_1(struct svc_req* request, SVCXPRT* transport);
void peer_forget(void);
extern int peer_logged; /* how many calls of log() there have been */

/* Each a call by rpcgen's client; RPC_SUCCESS, or why not. */
enum clnt_stat peer_add(CLIENT* client, const char* text, unsigned int* id);
/* The text is cut off after `size` bytes; empty where there is no such note. */
enum clnt_stat peer_find(CLIENT* client, unsigned int id, char* text, unsigned int size);
/* Sends the notes 1 to `count` and says in `ids` in what order they came back. */
enum clnt_stat peer_turn_over(CLIENT* client, unsigned int count, unsigned int* ids);
enum clnt_stat peer_misbehave(CLIENT* client, int how);
enum clnt_stat peer_long_text(CLIENT* client, unsigned int size, unsigned int* got);

#ifdef __cplusplus
}
#endif
