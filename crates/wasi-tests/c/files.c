// Files as a C library sees them, in a folder that it knows as `/`.
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report.h"

static void streams(void) {
  FILE *file = fopen("/text", "w+");
  holds("fopen to write", file != NULL);
  holds("fputs", file && fputs("one\ntwo\nthree\n", file) >= 0);
  holds("fseek", file && fseek(file, 4, SEEK_SET) == 0);
  char line[16] = "";
  holds("fgets", file && fgets(line, sizeof line, file) && strcmp(line, "two\n") == 0);
  holds("ftell", file && ftell(file) == 8);
  holds("fclose", file && fclose(file) == 0);
  file = fopen("/text", "a");
  holds("fopen to append", file && fputs("four\n", file) >= 0 && fclose(file) == 0);
  struct stat found;
  holds("stat", stat("/text", &found) == 0 && found.st_size == 19 && S_ISREG(found.st_mode));
  file = fopen("/text", "r");
  int lines = 0;
  while (file && fgets(line, sizeof line, file)) lines++;
  holds("all lines", lines == 4);
  holds("the end", file && feof(file) && !ferror(file) && fclose(file) == 0);
  holds("fopen of what is missing", fopen("/missing", "r") == NULL && errno == ENOENT);
  holds("remove", remove("/text") == 0 && access("/text", F_OK) == -1 && errno == ENOENT);
}

static void offsets(void) {
  int fd = open("/file", O_CREAT | O_TRUNC | O_RDWR, 0644);
  holds("open", fd > 2);
  holds("write", write(fd, "test-file\n", 10) == 10);
  holds("lseek to the end", lseek(fd, 0, SEEK_END) == 10);
  holds("lseek back", lseek(fd, -4, SEEK_CUR) == 6);
  fails("lseek before the beginning", lseek(fd, -10, SEEK_CUR), EINVAL, EINVAL);
  char bytes[8] = "";
  holds("pread", pread(fd, bytes, 4, 5) == 4 && memcmp(bytes, "file", 4) == 0);
  holds("pread leaves the offset", lseek(fd, 0, SEEK_CUR) == 6);
  holds("pwrite", pwrite(fd, "FILE", 4, 5) == 4 && pread(fd, bytes, 4, 5) == 4 && memcmp(bytes, "FILE", 4) == 0);
  holds("pwrite leaves it too", lseek(fd, 0, SEEK_CUR) == 6);
  holds("ftruncate", ftruncate(fd, 3) == 0 && lseek(fd, 0, SEEK_END) == 3);
  holds("fsync", fsync(fd) == 0);
  holds("close", close(fd) == 0);
  fails("close it again", close(fd), EBADF, EBADF);
  fails("read it", read(fd, bytes, 1), EBADF, EBADF);
  holds("unlink", unlink("/file") == 0);
}

static void appending(void) {
  int fd = open("/file", O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0644);
  holds("open to append", fd > 2 && write(fd, "ab", 2) == 2);
  holds("back to the beginning", lseek(fd, 0, SEEK_SET) == 0);
  holds("what is written is behind", write(fd, "cd", 2) == 2 && lseek(fd, 0, SEEK_CUR) == 4);
  holds("pwrite", pwrite(fd, "efg", 3, 0) == 3);
  holds("the offset stays", lseek(fd, 0, SEEK_CUR) == 4);
  // POSIX says 4, Linux 7.
  off_t end = lseek(fd, 0, SEEK_END);
  holds("the end", end == 4 || end == 7);
  close(fd);
  unlink("/file");
}

static void directories(void) {
  holds("mkdir", mkdir("/dir", 0755) == 0);
  for (int count = 0; count < 2; count++) {
    char name[16];
    snprintf(name, sizeof name, "/dir/file-%d", count);
    FILE *file = fopen(name, "w");
    holds("a file in it", file && fprintf(file, "%d\n", count) > 0 && fclose(file) == 0);
  }
  int fd = open("/dir", O_RDONLY | O_DIRECTORY);
  DIR *dir = fdopendir(fd);
  holds("fdopendir", dir != NULL);
  ino_t inodes[2] = {0, 0};
  int others = 0;
  for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
    struct stat found;
    if (entry->d_name[0] == '.') continue;
    int number = entry->d_name[5] - '0';
    if (strncmp(entry->d_name, "file-", 5) != 0 || number < 0 || number > 1) others++;
    else if (fstatat(fd, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) == 0 && found.st_ino == entry->d_ino)
      inodes[number] = found.st_ino;
  }
  holds("both are listed, with their inodes", inodes[0] != 0 && inodes[1] != 0 && inodes[0] != inodes[1]);
  holds("nothing else is", others == 0);
  holds("closedir", dir && closedir(dir) == 0);
  fails("rmdir of what is not empty", rmdir("/dir"), ENOTEMPTY, ENOTEMPTY);
  fails("open a directory to write", open("/dir", O_WRONLY), EISDIR, EISDIR);
  fails("open a file as a directory", open("/dir/file-0", O_RDONLY | O_DIRECTORY), ENOTDIR, ENOTDIR);
  fails("a file beneath a file", open("/dir/file-0/x", O_RDONLY), ENOTDIR, ENOTDIR);
  holds("rename", rename("/dir/file-0", "/dir/other") == 0);
  holds("unlinkat", unlink("/dir/other") == 0 && unlink("/dir/file-1") == 0);
  holds("rmdir", rmdir("/dir") == 0);
}

static void identity(void) {
  int a = open("/a", O_CREAT | O_RDWR, 0644), b = open("/b", O_CREAT | O_RDWR, 0644);
  struct stat first, second;
  holds("fstat of two", fstat(a, &first) == 0 && fstat(b, &second) == 0);
  holds("one device, two inodes", first.st_dev == second.st_dev && first.st_ino != second.st_ino);
  holds("a file is no terminal", isatty(a) == 0);
  holds("link", link("/a", "/c") == 0 && fstat(a, &first) == 0 && first.st_nlink == 2);
  holds("symlink", symlink("a", "/d") == 0 && lstat("/d", &second) == 0 && S_ISLNK(second.st_mode));
  char target[4];
  holds("readlink", readlink("/d", target, sizeof target) == 1 && target[0] == 'a');
  holds("stat follows", stat("/d", &second) == 0 && second.st_ino == first.st_ino);
  fails("O_EXCL of a link", open("/d", O_CREAT | O_EXCL | O_WRONLY, 0644), EEXIST, EEXIST);
  fails("O_NOFOLLOW of a link", open("/d", O_RDONLY | O_NOFOLLOW), ELOOP, ELOOP);
  struct timespec times[2] = {{5, 7}, {9, 11}};
  holds("futimens", futimens(a, times) == 0 && fstat(a, &first) == 0);
  holds("to the nanosecond", first.st_atim.tv_nsec == 7 && first.st_mtim.tv_sec == 9 && first.st_mtim.tv_nsec == 11);
  close(a);
  close(b);
  const char *names[] = {"/a", "/b", "/c", "/d"};
  for (int at = 0; at < 4; at++) holds("unlink one of four", unlink(names[at]) == 0);
}

int main(void) {
  streams();
  offsets();
  appending();
  directories();
  identity();
  return failed;
}
