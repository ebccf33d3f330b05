namespace Myeloma.Fhir.Store.Bulk;

/// <summary>What a file is to its job.</summary>
public enum BulkRole
{
    /// <summary>Lines to be imported.</summary>
    Input,

    /// <summary>Resources that were exported.</summary>
    Output,

    /// <summary>Deletions that were exported.</summary>
    Deleted,

    /// <summary>OperationOutcomes.</summary>
    Error,
}

/// <summary>A file of newline-delimited JSON, kept in the database so that every server has it.</summary>
/// <param name="Owner">The job, or the upload, it belongs to.</param>
/// <param name="Name">Unique for its owner.</param>
/// <param name="Ordinal">Its place among the files of its owner.</param>
/// <param name="ResourceType">Of every line; null where they may differ.</param>
/// <param name="Source">Where an input came from, and what an error file is about; null where there is no such thing.</param>
public sealed record BulkFile(string Owner, string Name, int Ordinal, BulkRole Role, string? ResourceType = null, string? Source = null)
{
    /// <summary>Lines in it by now.</summary>
    public long Lines { get; init; }

    /// <summary>Bytes in it by now, line ends counted.</summary>
    public long Bytes { get; init; }

    /// <summary>Lines that an import has done with.</summary>
    public long Position { get; init; }

    /// <summary>What an import remembers about the file; only it understands that. Null: nothing yet.</summary>
    public ReadOnlyMemory<byte>? Note { get; init; }
}

/// <summary>Some whole lines of a file.</summary>
/// <param name="FirstLine">One-based.</param>
/// <param name="Content">The lines, each with its end; the last one of a file perhaps without.</param>
public sealed record BulkPiece(long FirstLine, ReadOnlyMemory<byte> Content);
