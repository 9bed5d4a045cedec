/* A disk of your choice: sleeps before every fsync and fdatasync.
 *
 * LD_PRELOAD it into PostgreSQL or the Erlang machine. SLOWSYNC_FILE names a file holding the
 * sleep in microseconds, read at every call, so one running server can be measured at several
 * speeds; without it SLOWSYNC_US holds for the whole life of the process.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long delay_us(void)
{
    const char *path = getenv("SLOWSYNC_FILE");
    const char *fixed = getenv("SLOWSYNC_US");
    char text[32];
    if (path) {
        int file = open(path, O_RDONLY | O_CLOEXEC);
        if (file >= 0) {
            ssize_t length = read(file, text, sizeof text - 1);
            close(file);
            text[length > 0 ? length : 0] = '\0';
            return atol(text);
        }
    }
    return fixed ? atol(fixed) : 0;
}

static void wait_for_the_disk(void)
{
    long us = delay_us();
    struct timespec left = {us / 1000000, us % 1000000 * 1000};
    if (us <= 0)
        return;
    while (nanosleep(&left, &left) != 0)
        ;
}

int fsync(int file)
{
    static int (*real)(int);
    if (!real)
        real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    wait_for_the_disk();
    return real(file);
}

int fdatasync(int file)
{
    static int (*real)(int);
    if (!real)
        real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    wait_for_the_disk();
    return real(file);
}
