# Sourced by the commands beside it: $root, the checkout, and $python, a Python new enough for the site.
# A state folder that is named from here is named whole, since the commands go elsewhere.
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P) || exit 1
python=
for candidate in python3 python3.13 python3.12 python3.11 python3.14 python; do
    if "$candidate" -I -S -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "bin: no Python 3.11 or newer here: install one (Debian 12: apt-get install python3 python3-venv)." >&2
    exit 1
fi
case ${CLINIC_VAR:-/} in
/*) ;;
*) export CLINIC_VAR="$PWD/$CLINIC_VAR" ;;
esac
