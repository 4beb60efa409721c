/* A reader driver for pcsc-lite (IFD handler, version 3) whose slot is a Unix stream socket: the
 * only way to make, in a test, a mute card, a silent one, a reader that goes away, and any number
 * of readers. Written against <PCSC/ifdhandler.h>.
 *
 * reader.conf.d: DEVICENAME /dev/null:PATH (pcscd insists that what stands before the colon
 * exists). The driver listens on PATH; who connects is a card, who hangs up takes it out.
 *
 * Each message is a 16-bit big-endian length and a body.
 *   driver to card, one byte: 0 power off, 1 power on, 2 reset, 4 first answer (ATR) wanted
 *   driver to card, longer:   a command
 *   card to driver:           the ATR or the answer; an EMPTY body is a card that says nothing
 *
 * A file PATH.gone makes the reader report that it is unplugged. CARD_TIMEOUT_MS in the
 * environment says how long a silent card is waited for.
 */
#define _GNU_SOURCE
#include <PCSC/ifdhandler.h>
#include <PCSC/reader.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MAX_SLOTS 16
#define LOOK_AGAIN_MS 200
enum { POWER_OFF = 0, POWER_ON = 1, RESET = 2, GIVE_ATR = 4 };
enum { HUNG_UP = -1, SILENT = -2 };

struct slot {
    DWORD lun;
    int used, listener, card;
    int left; /* a card left: pcscd must see one empty look, as with real hands */
    char path[108];
    UCHAR atr[MAX_ATR_SIZE];
    DWORD atr_length;
};
static struct slot slots[MAX_SLOTS];

static int timeout_ms(void) {
    const char *text = getenv("CARD_TIMEOUT_MS");
    return text ? atoi(text) : 5000;
}

static struct slot *slot_of(DWORD lun) {
    for (int i = 0; i < MAX_SLOTS; i++)
        if (slots[i].used && slots[i].lun == lun) return &slots[i];
    return NULL;
}

static void eject(struct slot *slot) {
    if (slot->card >= 0) {
        shutdown(slot->card, SHUT_RDWR); /* wakes the polling thread */
        close(slot->card);
        slot->left = 1;
    }
    slot->card = -1;
    slot->atr_length = 0;
}

static int unplugged(const struct slot *slot) {
    char path[sizeof slot->path + 8];
    snprintf(path, sizeof path, "%s.gone", slot->path);
    return access(path, F_OK) == 0;
}

static int send_message(int fd, const UCHAR *body, size_t length) {
    UCHAR message[2 + 65535];
    message[0] = length >> 8;
    message[1] = length & 255;
    memcpy(message + 2, body, length);
    for (size_t at = 0; at < length + 2;) {
        ssize_t sent = send(fd, message + at, length + 2 - at, MSG_NOSIGNAL);
        if (sent <= 0) return HUNG_UP;
        at += sent;
    }
    return 0;
}

static int receive_exactly(int fd, UCHAR *into, size_t length) {
    for (size_t at = 0; at < length;) {
        struct pollfd wait = {fd, POLLIN, 0};
        int ready = poll(&wait, 1, timeout_ms());
        if (ready == 0) return SILENT;
        ssize_t got = ready > 0 ? recv(fd, into + at, length - at, 0) : -1;
        if (got <= 0) return HUNG_UP;
        at += got;
    }
    return 0;
}

static long receive_message(int fd, UCHAR *into, size_t capacity) {
    UCHAR head[2];
    int fault = receive_exactly(fd, head, 2);
    if (fault) return fault;
    size_t length = (size_t)head[0] << 8 | head[1];
    if (length > capacity) return HUNG_UP;
    fault = receive_exactly(fd, into, length);
    return fault ? fault : (long)length;
}

/* Called in a thread of pcscd's own: looks, and changes nothing. */
static RESPONSECODE wait_for_event(DWORD lun, int limit_ms) {
    struct slot *slot = slot_of(lun);
    if (!slot) return IFD_NO_SUCH_DEVICE;
    int card = slot->card;
    struct pollfd wait = {card >= 0 ? card : slot->listener, card >= 0 ? POLLRDHUP : POLLIN, 0};
    if (slot->left) return IFD_SUCCESS;
    if (unplugged(slot)) wait.events = 0;
    poll(&wait, 1, limit_ms < LOOK_AGAIN_MS ? limit_ms : LOOK_AGAIN_MS);
    return IFD_SUCCESS;
}

RESPONSECODE IFDHCreateChannelByName(DWORD lun, LPSTR name) {
    struct slot *slot = NULL;
    char *colon = strchr(name, ':');
    char *path = colon ? colon + 1 : name;
    for (int i = 0; i < MAX_SLOTS && !slot; i++)
        if (!slots[i].used) slot = &slots[i];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!slot || strlen(path) >= sizeof address.sun_path) return IFD_COMMUNICATION_ERROR;
    memset(slot, 0, sizeof *slot);
    slot->lun = lun;
    slot->card = -1;
    strcpy(slot->path, path);
    strcpy(address.sun_path, path);
    unlink(path);
    slot->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (slot->listener < 0 || bind(slot->listener, (void *)&address, sizeof address) ||
        listen(slot->listener, 1))
        return IFD_COMMUNICATION_ERROR;
    slot->used = 1;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHCreateChannel(DWORD lun, DWORD channel) {
    (void)lun, (void)channel;
    return IFD_COMMUNICATION_ERROR;
}

RESPONSECODE IFDHCloseChannel(DWORD lun) {
    struct slot *slot = slot_of(lun);
    if (!slot) return IFD_COMMUNICATION_ERROR;
    eject(slot);
    close(slot->listener);
    unlink(slot->path);
    slot->used = 0;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHGetCapabilities(DWORD lun, DWORD tag, PDWORD length, PUCHAR value) {
    struct slot *slot = slot_of(lun);
    RESPONSECODE (*waiter)(DWORD, int) = wait_for_event;
    if (!slot) return IFD_COMMUNICATION_ERROR;
    switch (tag) {
    case TAG_IFD_ATR:
    case SCARD_ATTR_ATR_STRING:
        if (*length < slot->atr_length) return IFD_ERROR_INSUFFICIENT_BUFFER;
        memcpy(value, slot->atr, slot->atr_length);
        *length = slot->atr_length;
        return IFD_SUCCESS;
    case TAG_IFD_POLLING_THREAD_WITH_TIMEOUT:
        if (*length < sizeof waiter) return IFD_ERROR_INSUFFICIENT_BUFFER;
        memcpy(value, &waiter, sizeof waiter);
        *length = sizeof waiter;
        return IFD_SUCCESS;
    case TAG_IFD_SLOTS_NUMBER:
    case TAG_IFD_THREAD_SAFE:
        *value = 1;
        *length = 1;
        return IFD_SUCCESS;
    case TAG_IFD_SIMULTANEOUS_ACCESS:
        *value = MAX_SLOTS;
        *length = 1;
        return IFD_SUCCESS;
    }
    return IFD_ERROR_TAG;
}

RESPONSECODE IFDHSetCapabilities(DWORD lun, DWORD tag, DWORD length, PUCHAR value) {
    (void)lun, (void)tag, (void)length, (void)value;
    return IFD_NOT_SUPPORTED;
}

RESPONSECODE IFDHSetProtocolParameters(DWORD lun, DWORD protocol, UCHAR flags, UCHAR pts1,
                                       UCHAR pts2, UCHAR pts3) {
    (void)lun, (void)protocol, (void)flags, (void)pts1, (void)pts2, (void)pts3;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHPowerICC(DWORD lun, DWORD action, PUCHAR atr, PDWORD length) {
    struct slot *slot = slot_of(lun);
    if (!slot || slot->card < 0) return IFD_COMMUNICATION_ERROR;
    UCHAR power = action == IFD_POWER_DOWN ? POWER_OFF : action == IFD_RESET ? RESET : POWER_ON;
    UCHAR wanted = GIVE_ATR;
    *length = 0;
    slot->atr_length = 0;
    if (send_message(slot->card, &power, 1)) {
        eject(slot);
        return IFD_COMMUNICATION_ERROR;
    }
    if (power == POWER_OFF) return IFD_SUCCESS;
    long got = HUNG_UP;
    if (!send_message(slot->card, &wanted, 1))
        got = receive_message(slot->card, slot->atr, sizeof slot->atr);
    if (got == HUNG_UP) {
        eject(slot);
        return IFD_COMMUNICATION_ERROR;
    }
    if (got <= 0) return IFD_ERROR_POWER_ACTION; /* a mute card */
    slot->atr_length = got;
    memcpy(atr, slot->atr, got);
    *length = got;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHTransmitToICC(DWORD lun, SCARD_IO_HEADER send_header, PUCHAR command,
                               DWORD command_length, PUCHAR answer, PDWORD answer_length,
                               PSCARD_IO_HEADER answer_header) {
    struct slot *slot = slot_of(lun);
    DWORD capacity = *answer_length;
    *answer_length = 0;
    if (!slot || slot->card < 0) return IFD_ICC_NOT_PRESENT;
    if (answer_header) {
        answer_header->Protocol = send_header.Protocol;
        answer_header->Length = sizeof *answer_header;
    }
    long got = HUNG_UP;
    if (!send_message(slot->card, command, command_length))
        got = receive_message(slot->card, answer, capacity);
    if (got == HUNG_UP) eject(slot);
    if (got == SILENT) return IFD_RESPONSE_TIMEOUT;
    if (got <= 0) return IFD_COMMUNICATION_ERROR;
    *answer_length = got;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHControl(DWORD lun, DWORD code, PUCHAR in, DWORD in_length, PUCHAR out,
                         DWORD out_capacity, LPDWORD out_length) {
    (void)lun, (void)code, (void)in, (void)in_length, (void)out, (void)out_capacity;
    if (out_length) *out_length = 0;
    return IFD_ERROR_NOT_SUPPORTED;
}

RESPONSECODE IFDHICCPresence(DWORD lun) {
    struct slot *slot = slot_of(lun);
    if (!slot) return IFD_NO_SUCH_DEVICE;
    if (unplugged(slot)) {
        eject(slot);
        return IFD_NO_SUCH_DEVICE;
    }
    if (slot->card >= 0) {
        UCHAR byte;
        ssize_t got = recv(slot->card, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) eject(slot);
    }
    if (slot->left) {
        slot->left = 0;
        return IFD_ICC_NOT_PRESENT;
    }
    if (slot->card < 0) slot->card = accept4(slot->listener, NULL, NULL, SOCK_CLOEXEC);
    return slot->card >= 0 ? IFD_ICC_PRESENT : IFD_ICC_NOT_PRESENT;
}
