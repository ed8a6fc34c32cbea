/* A Modbus TCP server of libmodbus with 125 holding registers for many connections, on a free port that its first line
 * tells. It is the way of libmodbus' own example (tests/bandwidth-server-many-up.c) with poll in place of select. */
#include <arpa/inet.h>
#include <errno.h>
#include <modbus.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 1024

int main(void) {
    modbus_t *context = modbus_new_tcp("127.0.0.1", 0);
    modbus_mapping_t *mapping = modbus_mapping_new(0, 0, 200, 0);
    struct pollfd files[CONNECTIONS_MAX];
    int count = 1;
    struct sockaddr_in bound;
    socklen_t length = sizeof(bound);
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    if (context == NULL || mapping == NULL || listener < 0) return 1;
    memset(&bound, 0, sizeof(bound));
    bound.sin_family = AF_INET;
    bound.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *) &bound, length) < 0 || listen(listener, 512) < 0) return 1;
    if (getsockname(listener, (struct sockaddr *) &bound, &length) < 0) return 1;
    for (int address = 0; address < 200; address++) mapping->tab_registers[address] = (uint16_t) address;
    printf("{\"port\": %d}\n", ntohs(bound.sin_port));
    fflush(stdout);
    files[0].fd = listener;
    files[0].events = POLLIN;

    for (;;) {
        if (poll(files, (nfds_t) count, -1) < 0) {
            if (errno == EINTR) continue;
            return 1;
        }
        int ready = count;
        for (int index = ready - 1; index > 0; index--) {
            uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
            if (files[index].revents == 0) continue;
            modbus_set_socket(context, files[index].fd);
            int received = modbus_receive(context, query);
            if (received > 0) {
                modbus_reply(context, query, received, mapping);
            } else if (received < 0) {
                close(files[index].fd);
                files[index] = files[--count];
            }
        }
        if (files[0].revents != 0 && count < CONNECTIONS_MAX) {
            int one = 1;
            int connection = accept(listener, NULL, NULL);
            if (connection < 0) continue;
            setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
            files[count].fd = connection;
            files[count].events = POLLIN;
            files[count].revents = 0;
            count++;
        }
    }
}
