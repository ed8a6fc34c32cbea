/* A Modbus server of libmodbus, to be judged by the suite modbus-server.
 *
 *   tcp              many connections, on a free port of 127.0.0.1 that its first line tells
 *   rtu PATH UNIT    on a serial port, 19200 bit/s without parity
 *
 * Holding registers 0 to 199 hold 1000 + address, input registers 0 to 129 hold 256 + address; of coils and discrete inputs 0 to
 * 2047 those whose address leaves 0 or 1 when divided by 5 are set. The loop is that of libmodbus' own example
 * (tests/bandwidth-server-many-up.c) with poll in place of select.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <modbus.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 64
#define BITS 2048
#define REGISTERS 200
#define INPUT_REGISTERS 130

static int serve_tcp(modbus_t *context, modbus_mapping_t *mapping) {
    struct pollfd files[CONNECTIONS_MAX];
    struct sockaddr_in bound;
    socklen_t length = sizeof(bound);
    int count = 1;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    if (listener < 0) return 1;
    memset(&bound, 0, sizeof(bound));
    bound.sin_family = AF_INET;
    bound.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *) &bound, length) < 0 || listen(listener, 16) < 0) return 1;
    if (getsockname(listener, (struct sockaddr *) &bound, &length) < 0) return 1;
    printf("{\"port\": %d}\n", ntohs(bound.sin_port));
    fflush(stdout);
    files[0].fd = listener;
    files[0].events = POLLIN;
    for (;;) {
        if (poll(files, (nfds_t) count, -1) < 0) {
            if (errno == EINTR) continue;
            return 1;
        }
        for (int index = count - 1; index > 0; index--) {
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

static int serve_rtu(modbus_t *context, modbus_mapping_t *mapping) {
    if (modbus_connect(context) < 0) return 1;
    printf("{\"port\": 0}\n");
    fflush(stdout);
    for (;;) {
        uint8_t query[MODBUS_RTU_MAX_ADU_LENGTH];
        int received = modbus_receive(context, query);
        if (received > 0) modbus_reply(context, query, received, mapping);
        else if (received < 0 && errno == EIO) return 1;
    }
}

int main(int count, char **words) {
    int is_rtu = count == 4 && strcmp(words[1], "rtu") == 0;
    modbus_t *context = is_rtu ? modbus_new_rtu(words[2], 19200, 'N', 8, 2) : modbus_new_tcp("127.0.0.1", 0);
    modbus_mapping_t *mapping = modbus_mapping_new(BITS, BITS, REGISTERS, INPUT_REGISTERS);

    if (context == NULL || mapping == NULL) return 1;
    if (is_rtu && modbus_set_slave(context, atoi(words[3])) < 0) return 1;
    for (int address = 0; address < REGISTERS; address++) mapping->tab_registers[address] = (uint16_t) (1000 + address);
    for (int address = 0; address < INPUT_REGISTERS; address++) mapping->tab_input_registers[address] = (uint16_t) (256 + address);
    for (int address = 0; address < BITS; address++) mapping->tab_bits[address] = mapping->tab_input_bits[address] = address % 5 < 2;
    return is_rtu ? serve_rtu(context, mapping) : serve_tcp(context, mapping);
}
