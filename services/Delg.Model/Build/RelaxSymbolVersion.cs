// Compiled by MSBuild itself (RoslynCodeTaskFactory, netstandard 2.0 surface), not into Delg.Model: see LoadOnOlderLinux.targets.
#nullable enable
using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Writes a copy of libLibTorchSharp.so that no longer insists on the symbol version GLIBCXX_3.4.32.
/// The source is only read. The copy is written beside its place and renamed, so a reader never sees half a file
/// and a hard link that was there before keeps its old content.
/// </summary>
public sealed class RelaxSymbolVersion : Task
{
    private const string Version = "GLIBCXX_3.4.32";

    // The only import of that version: std::ios_base_library_init(), an empty start-up hook (libtorch sets up iostreams itself).
    private const string Hook = "_ZSt21ios_base_library_initv";

    // What it becomes: std::chrono::steady_clock::now(), imported already, without arguments and without side effects.
    private const string Harmless = "_ZNSt6chrono3_V212steady_clock3nowEv";

    private const ushort WeakFlag = 2;

    // Bit 15 of a .gnu.version entry says "hidden"; the rest is the version's index.
    private const int VersionIndexMask = 0x7fff;

    private byte[] _image = Array.Empty<byte>();

    [Required]
    public string Source { get; set; } = "";

    [Required]
    public string Destination { get; set; } = "";

    public override bool Execute()
    {
        _image = File.ReadAllBytes(Source);
        string? mistake = Relax();
        if (mistake != null)
        {
            Log.LogError("{0}: {1}. TorchSharp has changed: Delg.Model's build step must be looked at again.", Source, mistake);
            return false;
        }
        string unfinished = Destination + "." + Guid.NewGuid().ToString("N");
        Directory.CreateDirectory(Path.GetDirectoryName(Destination)!);
        File.WriteAllBytes(unfinished, _image);
        if (File.Exists(Destination))
            File.Delete(Destination);
        File.Move(unfinished, Destination);
        Log.LogMessage(MessageImportance.Normal, "{0} written without the need for {1}", Destination, Version);
        return true;
    }

    /// <summary>Edits the image in memory. Null when done or when nothing asks for the version; else what is wrong.</summary>
    private string? Relax()
    {
        if (_image.Length < 64 || UInt32(0) != 0x464c457f || _image[4] != 2 || _image[5] != 1)
            return "not a 64-bit little-endian ELF file";
        Section symbols = Find(11), versions = Find(0x6fffffff), needs = Find(0x6ffffffe);
        if (symbols.Size == 0 || versions.Size == 0 || needs.Size == 0)
            return "no dynamic symbols or symbol versions";
        Section names = At(symbols.Link);

        long need = FindNeed(needs);
        if (need < 0)
            return null;
        int wanted = UInt16(need + 6) & VersionIndexMask;
        long hook = -1, harmless = -1, others = 0;
        for (long i = 0; i < symbols.Size / 24; i++)
        {
            string name = Name(names, UInt32(symbols.Offset + i * 24));
            if (name == Harmless && UInt16(symbols.Offset + i * 24 + 6) == 0)
                harmless = harmless < 0 ? i : harmless;
            if ((UInt16(versions.Offset + i * 2) & VersionIndexMask) != wanted)
                continue;
            if (name == Hook)
                hook = i;
            else
                others++;
        }
        if (others > 0)
            return $"{others} more symbols ask for {Version}";
        if (hook >= 0)
        {
            if (harmless < 0)
                return $"{Harmless} is not imported";
            Array.Copy(_image, symbols.Offset + harmless * 24, _image, symbols.Offset + hook * 24, 4);
            Array.Copy(_image, versions.Offset + harmless * 2, _image, versions.Offset + hook * 2, 2);
        }
        _image[need + 4] = (byte)(_image[need + 4] | WeakFlag);
        return null;
    }

    /// <summary>Offset of the Elf64_Vernaux entry of <see cref="Version"/>, or -1.</summary>
    private long FindNeed(Section needs)
    {
        Section names = At(needs.Link);
        for (long file = needs.Offset; ; file += UInt32(file + 12))
        {
            long entry = file + UInt32(file + 8);
            for (int i = UInt16(file + 2); i > 0; i--, entry += UInt32(entry + 12))
            {
                if (Name(names, UInt32(entry + 8)) == Version)
                    return entry;
            }
            if (UInt32(file + 12) == 0)
                return -1;
        }
    }

    private Section Find(uint type)
    {
        for (uint i = 0; i < UInt16(60); i++)
        {
            Section section = At(i);
            if (section.Type == type)
                return section;
        }
        return default;
    }

    private Section At(uint index)
    {
        long header = (long)UInt64(40) + (long)index * UInt16(58);
        return new Section
        {
            Type = UInt32(header + 4),
            Offset = (long)UInt64(header + 24),
            Size = (long)UInt64(header + 32),
            Link = UInt32(header + 40),
        };
    }

    private string Name(Section names, uint offset)
    {
        int start = (int)(names.Offset + offset);
        return Encoding.ASCII.GetString(_image, start, Array.IndexOf(_image, (byte)0, start) - start);
    }

    private ushort UInt16(long offset) => BitConverter.ToUInt16(_image, (int)offset);

    private uint UInt32(long offset) => BitConverter.ToUInt32(_image, (int)offset);

    private ulong UInt64(long offset) => BitConverter.ToUInt64(_image, (int)offset);

    private struct Section
    {
        public uint Type;
        public long Offset;
        public long Size;
        public uint Link;
    }
}
