/* A Modbus server or client of libmodbus, for judging ours from outside.
 *
 *   server tcp               serves unit 1 on a free port of 127.0.0.1, which its first line tells
 *   server rtu PATH UNIT     serves on a serial port, without parity
 *   client tcp PORT UNIT     asks once with each function of libmodbus and prints a line for each answer
 *   client rtu PATH UNIT
 *
 * The server holds 1000 + address in holding registers 0 to 99, 2000 + address in input registers, every second coil and
 * every third discrete input.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <modbus.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define COUNT 100
#define BAUD 115200

static int serve_tcp(modbus_t *context, modbus_mapping_t *mapping) {
    struct sockaddr_in bound;
    socklen_t length = sizeof(bound);
    int listener = modbus_tcp_listen(context, 4);
    if (listener < 0 || getsockname(listener, (struct sockaddr *) &bound, &length) < 0) return 1;
    printf("{\"port\": %d}\n", ntohs(bound.sin_port));
    fflush(stdout);
    for (;;) {
        uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
        int received;
        if (modbus_tcp_accept(context, &listener) < 0) return 1;
        while ((received = modbus_receive(context, query)) >= 0) {
            if (received > 0) modbus_reply(context, query, received, mapping);
        }
        modbus_close(context);
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

static int serve(modbus_t *context, int is_tcp) {
    modbus_mapping_t *mapping = modbus_mapping_new(COUNT, COUNT, COUNT, COUNT);
    if (mapping == NULL) return 1;
    for (int address = 0; address < COUNT; address++) {
        mapping->tab_registers[address] = (uint16_t) (1000 + address);
        mapping->tab_input_registers[address] = (uint16_t) (2000 + address);
        mapping->tab_bits[address] = address % 2 == 0;
        mapping->tab_input_bits[address] = address % 3 == 0;
    }
    return is_tcp ? serve_tcp(context, mapping) : serve_rtu(context, mapping);
}

static void tell(const char *what, int result, const uint16_t *registers, const uint8_t *bits) {
    printf("%s:", what);
    if (result < 0) printf(" %s", modbus_strerror(errno));
    for (int index = 0; index < result; index++) {
        if (registers != NULL) printf(" %u", registers[index]);
        else if (bits != NULL) printf(" %u", bits[index]);
    }
    printf("\n");
}

static int ask(modbus_t *context, int unit) {
    uint16_t registers[125];
    uint8_t bits[64];
    const uint16_t written[] = {2, 11, 12, 13};
    const uint16_t exchanged[] = {500, 501};
    const uint8_t coils[] = {1, 0, 1};
    uint8_t raw[] = {(uint8_t) unit, 0x03, 0, 0, 0, 126};
    uint8_t answer[MODBUS_TCP_MAX_ADU_LENGTH];

    if (modbus_connect(context) < 0) return 1;
    tell("write registers", modbus_write_registers(context, 0, 4, written), NULL, NULL);
    tell("holding registers", modbus_read_registers(context, 0, 4, registers), registers, NULL);
    tell("write register", modbus_write_register(context, 5, 77), NULL, NULL);
    tell("written", modbus_read_registers(context, 5, 1, registers), registers, NULL);
    tell("mask write", modbus_mask_write_register(context, 1, 0x00F2, 0x0025), NULL, NULL);
    tell("exchange", modbus_write_and_read_registers(context, 2, 2, exchanged, 1, 3, registers), registers, NULL);
    tell("input registers", modbus_read_input_registers(context, 0, 2, registers), registers, NULL);
    tell("write coil", modbus_write_bit(context, 7, 1), NULL, NULL);
    tell("write coils", modbus_write_bits(context, 0, 3, coils), NULL, NULL);
    tell("coils", modbus_read_bits(context, 0, 8, bits), NULL, bits);
    tell("discrete inputs", modbus_read_input_bits(context, 0, 2, bits), NULL, bits);
    tell("no such register", modbus_read_registers(context, 500, 1, registers), registers, NULL);
    modbus_send_raw_request(context, raw, sizeof(raw));
    int received = modbus_receive_confirmation(context, answer);
    int header = modbus_get_header_length(context);
    printf("126 registers: %02x %02x\n", received > header ? answer[header] : 0, received > header ? answer[header + 1] : 0);
    memset(bits, 0, sizeof(bits));
    int length = modbus_report_slave_id(context, sizeof(bits) - 1, bits);
    printf("server id: %d %s\n", length, length > 2 ? (const char *) bits + 2 : modbus_strerror(errno));
    modbus_close(context);
    return 0;
}

int main(int count, char **words) {
    if (count < 3) return 2;
    int is_tcp = strcmp(words[2], "tcp") == 0;
    int is_server = strcmp(words[1], "server") == 0;
    int port = is_tcp && count > 3 ? atoi(words[3]) : 0;
    int unit = count > 4 ? atoi(words[4]) : 1;
    modbus_t *context = is_tcp ? modbus_new_tcp("127.0.0.1", port) : modbus_new_rtu(words[3], BAUD, 'N', 8, 2);
    if (context == NULL || modbus_set_slave(context, unit) < 0) return 1;
    modbus_set_response_timeout(context, 2, 0);
    int status = is_server ? serve(context, is_tcp) : ask(context, unit);
    if (status != 0) fprintf(stderr, "%s\n", modbus_strerror(errno));
    return status;
}
