using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Text;

/// <summary>What a block of lines is.</summary>
public enum BlockKind { Heading, Paragraph, ListItem, Navigation }

/// <summary>A heading, a paragraph (its wrapped lines joined) or one item of a list (without its bullet).</summary>
internal sealed class Block(Span span, int indent, string? bullet)
{
    /// <summary>The words, trimmed; without bullet or heading marks.</summary>
    public Span Span { get; set; } = span;

    public BlockKind Kind { get; set; } = bullet is null ? BlockKind.Paragraph : BlockKind.ListItem;

    /// <summary>Columns before the bullet or the first word; a tab counts four.</summary>
    public int Indent { get; } = indent;

    public string? Bullet { get; } = bullet;

    /// <summary>True for a row of a table.</summary>
    public bool IsRow { get; init; }

    /// <summary>For a row of a table of combinations: the cell that names the combination and the cell with its drugs; otherwise null.</summary>
    public (Span Name, Span Drugs)? Cells { get; init; }

    public int LineCount { get; set; } = 1;

    /// <summary>The item a nested item stands under; null at the top.</summary>
    public Block? Parent { get; set; }

    public List<Block> Children { get; } = [];

    /// <summary>For an item: the paragraph or heading right before the list; null when there is none.</summary>
    public Block? Intro { get; set; }

    /// <summary>The top items of the list that follows this block.</summary>
    public List<Block> Items { get; } = [];

    /// <summary>The place of the block in the document.</summary>
    public int Index { get; set; }

    /// <summary>The heading it stands under; null before the first.</summary>
    public Block? Heading { get; set; }

    public Section Section { get; set; } = null!;

    public List<Sentence> Sentences { get; } = [];
}
