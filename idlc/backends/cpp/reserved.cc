#include "reserved.h"

#include <unordered_set>

namespace idlc::cpp {
namespace {

using Set = std::unordered_set<std::string_view>;

const Set keywords{
    "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char",
    "char16_t", "char32_t", "char8_t", "class", "co_await", "co_return", "co_yield", "compl", "concept", "const",
    "const_cast", "consteval", "constexpr", "constinit", "continue", "decltype", "default", "delete", "do", "double",
    "dynamic_cast", "else", "enum", "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if",
    "inline", "int", "long", "mutable", "namespace", "new", "noexcept", "not", "not_eq", "nullptr", "operator", "or",
    "or_eq", "private", "protected", "public", "register", "reinterpret_cast", "requires", "return", "short", "signed",
    "sizeof", "static", "static_assert", "static_cast", "struct", "switch", "template", "this", "thread_local", "throw",
    "true", "try", "typedef", "typeid", "typename", "union", "unsigned", "using", "virtual", "void", "volatile",
    "wchar_t", "while", "xor", "xor_eq"};

// Those with an expansion other than themselves, by header.
const Set macros{
    "NULL", "TRUE", "FALSE", "EOF", "BUFSIZ", "stdin", "stdout", "stderr", "offsetof", "assert", "errno",
    "FILENAME_MAX", "FOPEN_MAX", "TMP_MAX", "L_tmpnam", "SEEK_SET", "SEEK_CUR", "SEEK_END",
    "EXIT_SUCCESS", "EXIT_FAILURE", "RAND_MAX", "MB_CUR_MAX", "MB_LEN_MAX", "CLOCKS_PER_SEC", "TIME_UTC",
    "CHAR_BIT", "CHAR_MAX", "CHAR_MIN", "SCHAR_MAX", "SCHAR_MIN", "UCHAR_MAX", "SHRT_MAX", "SHRT_MIN", "USHRT_MAX",
    "INT_MAX", "INT_MIN", "UINT_MAX", "LONG_MAX", "LONG_MIN", "ULONG_MAX", "LLONG_MAX", "LLONG_MIN", "ULLONG_MAX",
    "SSIZE_MAX", "NAME_MAX", "PATH_MAX", "PIPE_BUF", "IOV_MAX", "ARG_MAX", "HOST_NAME_MAX", "LINK_MAX",
    "INT8_MAX", "INT8_MIN", "INT16_MAX", "INT16_MIN", "INT32_MAX", "INT32_MIN", "INT64_MAX", "INT64_MIN", "UINT8_MAX",
    "UINT16_MAX", "UINT32_MAX", "UINT64_MAX", "INTMAX_MAX", "INTMAX_MIN", "UINTMAX_MAX", "INTPTR_MAX", "INTPTR_MIN",
    "UINTPTR_MAX", "PTRDIFF_MAX", "PTRDIFF_MIN", "SIZE_MAX", "WCHAR_MAX", "WCHAR_MIN", "WINT_MAX", "WINT_MIN",
    "INT8_C", "INT16_C", "INT32_C", "INT64_C", "UINT8_C", "UINT16_C", "UINT32_C", "UINT64_C",
    "HUGE_VAL", "HUGE_VALF", "HUGE_VALL", "INFINITY", "NAN", "M_PI", "M_E", "FLT_MAX", "DBL_MAX", "FLT_MIN", "DBL_MIN",
    "FLT_EPSILON", "DBL_EPSILON", "FE_INVALID", "FE_OVERFLOW", "FE_UNDERFLOW", "setjmp", "va_start", "va_end",
    "va_arg", "va_copy",
    "SIG_DFL", "SIG_IGN", "SIG_ERR", "SIGABRT", "SIGALRM", "SIGBUS", "SIGCHLD", "SIGCONT", "SIGFPE", "SIGHUP",
    "SIGILL", "SIGINT", "SIGIO", "SIGKILL", "SIGPIPE", "SIGPOLL", "SIGPROF", "SIGPWR", "SIGQUIT", "SIGSEGV",
    "SIGSTKFLT", "SIGSTOP", "SIGSYS", "SIGTERM", "SIGTRAP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGUSR1",
    "SIGUSR2", "SIGVTALRM", "SIGWINCH", "SIGXCPU", "SIGXFSZ", "sa_handler", "sa_sigaction", "si_pid", "si_uid",
    "si_value", "si_status", "si_addr", "si_int", "si_ptr", "st_atime", "st_mtime", "st_ctime", "s6_addr",
    "major", "minor", "makedev", "linux", "unix", "i386", "htonl", "htons", "ntohl", "ntohs",
    "FD_SET", "FD_CLR", "FD_ISSET", "FD_ZERO", "FD_SETSIZE",
    "E2BIG", "EACCES", "EADDRINUSE", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EAGAIN", "EALREADY", "EBADF", "EBADMSG", "EBUSY",
    "ECANCELED", "ECHILD", "ECOMM", "ECONNABORTED", "ECONNREFUSED", "ECONNRESET", "EDEADLK", "EDESTADDRREQ", "EDOM",
    "EDQUOT", "EEXIST", "EFAULT", "EFBIG", "EHOSTDOWN", "EHOSTUNREACH", "EIDRM", "EILSEQ", "EINPROGRESS", "EINTR",
    "EINVAL", "EIO", "EISCONN", "EISDIR", "ELOOP", "EMFILE", "EMLINK", "EMSGSIZE", "EMULTIHOP", "ENAMETOOLONG",
    "ENETDOWN", "ENETRESET", "ENETUNREACH", "ENFILE", "ENOBUFS", "ENODATA", "ENODEV", "ENOENT", "ENOEXEC", "ENOLCK",
    "ENOLINK", "ENOMEM", "ENOMSG", "ENONET", "ENOPROTOOPT", "ENOSPC", "ENOSR", "ENOSTR", "ENOSYS", "ENOTBLK",
    "ENOTCONN", "ENOTDIR", "ENOTEMPTY", "ENOTRECOVERABLE", "ENOTSOCK", "ENOTSUP", "ENOTTY", "ENXIO", "EOPNOTSUPP",
    "EOVERFLOW", "EOWNERDEAD", "EPERM", "EPFNOSUPPORT", "EPIPE", "EPROTO", "EPROTONOSUPPORT", "EPROTOTYPE", "ERANGE",
    "EREMOTE", "EROFS", "ESHUTDOWN", "ESOCKTNOSUPPORT", "ESPIPE", "ESRCH", "ESTALE", "ETIME", "ETIMEDOUT",
    "ETOOMANYREFS", "ETXTBSY", "EUSERS", "EWOULDBLOCK", "EXDEV",
    "AF_UNSPEC", "AF_UNIX", "AF_LOCAL", "AF_INET", "AF_INET6", "PF_UNSPEC", "PF_UNIX", "PF_INET", "PF_INET6",
    "O_RDONLY", "O_WRONLY", "O_RDWR", "O_CREAT", "O_EXCL", "O_TRUNC", "O_APPEND", "O_NONBLOCK", "O_SYNC",
    "R_OK", "W_OK", "X_OK", "F_OK", "LOCK_SH", "LOCK_EX", "LOCK_UN", "LOCK_NB", "S_IFMT", "S_IFDIR", "S_IFREG",
    "S_IFLNK", "S_IFBLK", "S_IFCHR", "S_IFIFO", "S_IFSOCK", "S_ISUID", "S_ISGID", "S_ISVTX"};

const Set globals{
    "abort", "abs", "accept", "access", "alarm", "atoi", "bind", "brk", "bsearch", "calloc", "chdir", "chmod", "chown",
    "chroot", "clock", "close", "connect", "creat", "daemon", "div", "dup", "environ", "err", "execv", "exit", "fcntl",
    "fork", "free", "fsync", "ftime", "getenv", "getpid", "getuid", "gamma", "index", "ioctl", "isatty", "j0", "j1",
    "jn", "kill", "labs", "ldiv", "link", "listen", "log", "lseek", "malloc", "mkdir", "mknod", "mount", "nice", "open",
    "passwd", "pause", "pipe", "poll", "printf", "ptrace", "puts", "quotactl", "raise", "rand", "random", "read",
    "realloc", "reboot", "recv", "remove", "rename", "rindex", "rmdir", "sbrk", "select", "send", "setuid", "shutdown",
    "sigaction", "signal", "sigset", "sleep", "socket", "stat", "statfs", "stime", "strlen", "swab", "swapon",
    "symlink", "sync", "syscall", "sysinfo", "syslog", "system", "time", "times", "timezone", "tm", "truncate", "tzset",
    "umask", "umount", "uname", "unlink", "usleep", "ustat", "utime", "utimes", "vfork", "wait", "warn", "write", "y0",
    "y1", "yn", "daylight", "signgam", "group", "hostent", "servent", "netent", "protoent", "option", "timeval",
    "timespec", "sockaddr", "in_addr", "iovec", "msghdr", "rusage", "rlimit", "dirent", "DIR", "FILE", "main", "std",
    "onc", "asio"};

}  // namespace

bool is_reserved(std::string_view name) { return keywords.contains(name) || macros.contains(name); }

bool is_global(std::string_view name) { return globals.contains(name); }

}  // namespace idlc::cpp
