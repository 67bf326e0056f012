using System.Numerics;
using System.Text;

namespace Delg.Model.Weights.Import.Torch;

/// <summary>
/// Runs the part of Python's pickle machine (PEP 307, 3154; Lib/pickletools.py) that builds tensors and plain containers. Values are
/// <see cref="string"/>, <see cref="long"/>, <see cref="double"/>, <see cref="bool"/>, null, <see cref="byte"/> arrays,
/// <see cref="List{T}"/>, object arrays (tuples), <see cref="PickleDictionary"/>, <see cref="TorchStorage"/> and <see cref="TorchTensor"/>.
/// </summary>
/// <param name="source">The pickle; reading stops behind it.</param>
/// <param name="storageOf">Makes a storage of a persistent id.</param>
internal sealed class PickleReader(ByteReader source, Func<object?[], TorchStorage> storageOf)
{
    /// <summary>Values that are made of one pickle: some ten times what a large checkpoint needs.</summary>
    public const int MaxValues = 400_000;

    /// <summary>Longest text, in bytes.</summary>
    public const int MaxTextBytes = 1024 * 1024;

    /// <summary>All text of one pickle, in bytes.</summary>
    public const long MaxAllTextBytes = 64 * 1024 * 1024;

    private const int MaxNameBytes = 1024;
    private const int HighestProtocol = 5;

    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = [];
    private readonly Dictionary<long, object?> _memo = [];
    private int _values;
    private long _textBytes;

    /// <exception cref="WeightsFormatException">The pickle is damaged, asks for something that is not allowed, or is too large.</exception>
    public object? Read()
    {
        while (true)
        {
            var code = (char)source.ReadByte();
            if (code == '.')
                return Pop();
            if (++_values > MaxValues)
                throw new WeightsFormatException($"The pickle has more than {MaxValues} steps.");
            Step(code);
        }
    }

    private void Step(char code)
    {
        switch (code)
        {
            case '\x80':
                if (source.ReadByte() is var protocol && protocol is < 2 or > HighestProtocol)
                    throw new WeightsFormatException($"The pickle is of protocol {protocol}; 2 to {HighestProtocol} are read.");
                break;
            case '\x95': // FRAME: a hint for buffering
                _ = source.ReadInt64();
                break;

            case 'N':
                Push(null);
                break;
            case '\x88':
                Push(true);
                break;
            case '\x89':
                Push(false);
                break;
            case 'K':
                Push((long)source.ReadByte());
                break;
            case 'M':
                Push((long)source.ReadUInt16());
                break;
            case 'J':
                Push((long)source.ReadInt32());
                break;
            case '\x8a':
                Push(Number(source.ReadByte()));
                break;
            case '\x8b':
                Push(Number(source.ReadInt32()));
                break;
            case 'G':
                Push(source.ReadBigEndianDouble());
                break;
            case '\x8c':
                Push(Text(source.ReadByte()));
                break;
            case 'X':
                Push(Text((uint)source.ReadInt32()));
                break;
            case '\x8d':
                Push(Text(source.ReadInt64()));
                break;
            case 'U': // Python 2's str
                Push(Text(source.ReadByte()));
                break;
            case 'T':
                Push(Text(source.ReadInt32()));
                break;
            case 'C':
                Push(Bytes(source.ReadByte()));
                break;
            case 'B':
                Push(Bytes((uint)source.ReadInt32()));
                break;

            case ')':
                Push(Array.Empty<object?>());
                break;
            case '\x85':
                Push(PopMany(1));
                break;
            case '\x86':
                Push(PopMany(2));
                break;
            case '\x87':
                Push(PopMany(3));
                break;
            case 't':
                Push(PopToMark());
                break;
            case ']':
                Push(new List<object?>());
                break;
            case 'l':
                Push(PopToMark().ToList());
                break;
            case '}':
                Push(new PickleDictionary());
                break;
            case 'd':
                Push(WithPairs(new PickleDictionary(), PopToMark()));
                break;
            case 'a':
                object? item = Pop();
                Top<List<object?>>("a list").Add(item);
                break;
            case 'e':
                object?[] items = PopToMark();
                Top<List<object?>>("a list").AddRange(items);
                break;
            case 's':
                object?[] pair = PopMany(2);
                WithPairs(Top<PickleDictionary>("a dictionary"), pair);
                break;
            case 'u':
                object?[] pairs = PopToMark();
                WithPairs(Top<PickleDictionary>("a dictionary"), pairs);
                break;

            case '(':
                _marks.Push(_stack.Count);
                break;
            case '0':
                _ = Pop();
                break;
            case '1':
                _ = PopToMark();
                break;
            case '2':
                object? top = Pop();
                Push(top);
                Push(top);
                break;
            case 'q':
                _memo[source.ReadByte()] = Peek();
                break;
            case 'r':
                _memo[(uint)source.ReadInt32()] = Peek();
                break;
            case '\x94':
                _memo[_memo.Count] = Peek();
                break;
            case 'h':
                Push(Remembered(source.ReadByte()));
                break;
            case 'j':
                Push(Remembered((uint)source.ReadInt32()));
                break;

            case 'c':
                Push(AllowedGlobal.Of(source.ReadLine(MaxNameBytes), source.ReadLine(MaxNameBytes)));
                break;
            case '\x93':
                Push(PopMany(2) is [string module, string name] ? AllowedGlobal.Of(module, name) : throw Damaged("a global has no name"));
                break;
            case 'R':
                Push(PopMany(2) is [AllowedGlobal.Callable callable, object?[] arguments] ? callable.Call(arguments) : throw Damaged("something is called that is no function"));
                break;
            case 'b': // The state of an OrderedDict: versions of modules
                _ = Pop();
                _ = Top<PickleDictionary>("a dictionary");
                break;
            case 'Q':
                Push(Pop() is object?[] id ? storageOf(id) : throw Damaged("a storage is referred to by something that is no tuple"));
                break;
            default:
                throw new WeightsFormatException($"The pickle has the code 0x{(int)code:x2} at byte {source.Position - 1}, which builds neither tensors nor plain containers, or the file is damaged.");
        }
    }

    private static PickleDictionary WithPairs(PickleDictionary dictionary, object?[] items)
    {
        if (items.Length % 2 != 0)
            throw Damaged("a dictionary has a key without a value");
        for (int i = 0; i < items.Length; i += 2)
            dictionary.Add(items[i], items[i + 1]);
        return dictionary;
    }

    private long Number(long bytes)
    {
        byte[] digits = source.ReadBytes(bytes, most: sizeof(long));
        return (long)new BigInteger(digits);
    }

    private string Text(long bytes) => Encoding.UTF8.GetString(Bytes(bytes));

    private byte[] Bytes(long count)
    {
        byte[] bytes = source.ReadBytes(count, MaxTextBytes);
        return (_textBytes += count) <= MaxAllTextBytes ? bytes : throw new WeightsFormatException($"The pickle has more than {MaxAllTextBytes} bytes of text.");
    }

    private void Push(object? value) => _stack.Add(value);

    private object? Peek() => _stack.Count > (_marks.TryPeek(out int mark) ? mark : 0) ? _stack[^1] : throw Damaged("its stack is empty");

    private object? Pop()
    {
        object? value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] PopMany(int count)
    {
        var values = new object?[count];
        for (int i = count - 1; i >= 0; i--)
            values[i] = Pop();
        return values;
    }

    private object?[] PopToMark()
    {
        if (!_marks.TryPop(out int mark))
            throw Damaged("a container has no beginning");
        object?[] values = [.. _stack[mark..]];
        _stack.RemoveRange(mark, values.Length);
        return values;
    }

    private T Top<T>(string what) => Peek() is T value ? value : throw Damaged($"{what} is missing");

    private object? Remembered(long key) => _memo.TryGetValue(key, out object? value) ? value : throw Damaged($"nothing is remembered as {key}");

    private static WeightsFormatException Damaged(string what) => new($"The pickle is damaged: {what}.");
}
