#!/bin/sh
# Usage: make-certificates.sh FOLDER NAME=ADDRESS…
# Makes the certificates of etcd that are missing: one authority, and for each member a server's and a client's.
# What is there is never replaced. Prints "made NAME" for each new one.
set -eu
umask 077
folder=$1
shift
chmod 700 "$folder"
cd "$folder"

make_key() {
  openssl ecparam -name prime256v1 -genkey -noout -out "$1"
}

if [ ! -e ca.pem ]; then
  make_key ca-key.pem
  openssl req -x509 -new -key ca-key.pem -days 36500 -subj /CN=etcd-ca -out ca.pem.part 2>/dev/null
  mv ca.pem.part ca.pem
  echo "made ca"
fi

for member; do
  host=${member%%=*}
  address=${member#*=}
  for kind in member admin; do
    name=$kind-$host
    [ ! -e "$name.pem" ] || continue
    make_key "$name-key.pem"
    openssl req -new -key "$name-key.pem" -subj "/CN=etcd-$name" -out "$name.csr"
    printf 'subjectAltName=DNS:localhost,DNS:%s,IP:127.0.0.1,IP:%s\nextendedKeyUsage=serverAuth,clientAuth\n' \
      "$host" "$address" > "$name.extensions"
    openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca-key.pem -set_serial "0x$(openssl rand -hex 8)" \
      -days 36500 -extfile "$name.extensions" -out "$name.pem.part" 2>/dev/null
    rm "$name.csr" "$name.extensions"
    mv "$name.pem.part" "$name.pem"
    echo "made $name"
  done
done
