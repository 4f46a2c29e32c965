#include "services/file/refused.h"

#include <cerrno>
#include <cstring>

namespace services::files {

using file::Outcome;

Outcome outcome_of(int error) {
  switch (error) {
    case ENOENT: return Outcome::NO_SUCH_FILE;
    case EEXIST: return Outcome::EXISTS;
    case ENOTDIR: return Outcome::NOT_A_FOLDER;
    case EISDIR:
    case ENXIO:  // a socket, or a device that is not there
    case ENODEV: return Outcome::NOT_A_FILE;
    case ENOTEMPTY: return Outcome::NOT_EMPTY;
    case EINVAL:  // a folder into itself, or a name that this file system has not
    case EILSEQ:
    case ENAMETOOLONG: return Outcome::BAD_NAME;
    case EXDEV:
    case ELOOP: return Outcome::OUTSIDE;
    case EACCES:
    case EPERM:
    case EBUSY:  // something is mounted there
      return Outcome::DENIED;
    case EROFS: return Outcome::READ_ONLY;
    case ENOSPC:
    case EDQUOT: return Outcome::NO_SPACE;
    // Somebody on this host has a lease on it, and has been told to give it up; or names changed under it all the while.
    case EAGAIN: return Outcome::NOT_YET;
    case EFBIG:
    case EOVERFLOW: return Outcome::TOO_LARGE;
    default: return Outcome::FAILED;
  }
}

void refuse(int error, const std::string& what) {
  throw Refused(outcome_of(error), what + ": " + std::strerror(error));
}

}  // namespace services::files
