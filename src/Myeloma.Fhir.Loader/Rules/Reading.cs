using System.Text;
using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Lexicon;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>A document cut into blocks and sentences, with the drugs of each sentence: what every rule reads.</summary>
internal sealed class Reading
{
    private readonly List<UnreadSentence> refusals = [];
    private IReadOnlyList<RegimenMention>? regimens;
    private readonly Dictionary<int, SentenceReading> headings = [];
    private RegimenMention[]? regimenEnds;
    private HashSet<string>? names;
    private ILookup<DrugKey, DrugClassFact>? classesByDrug;
    private IReadOnlyList<Fact>? mechanisms;
    private IReadOnlyList<DrugClassFact>? drugClasses;

    public Reading(SourceDocument document, ReadingLexicon lexicon)
    {
        Document = document;
        Lexicon = lexicon;
        Text = document.Text;
        Names = new DocumentNames(lexicon);
        Blocks = new Layout(Text, lexicon.Layout, lexicon.Drugs.HasFirst).Read();
        Sections = FindSections();
        CutSentences();
        NameDiscovery.Run(this);
        foreach (var sentence in Sentences) DrugFinder.Read(sentence);
        foreach (var sentence in Sentences) sentence.Subject = SubjectFinder.Find(sentence);
        Lists = new MemberListParser(this);
        Therapy = FindTherapy();
    }

    public SourceDocument Document { get; }

    public ReadingLexicon Lexicon { get; }

    public string Text { get; }

    /// <summary>Names that this document adds to the lexicon.</summary>
    public DocumentNames Names { get; }

    public IReadOnlyList<Block> Blocks { get; }

    public IReadOnlyList<Section> Sections { get; }

    /// <summary>All sentences and list items in text order, headings included.</summary>
    public List<SentenceReading> Sentences { get; } = [];

    public Dictionary<Block, List<SentenceReading>> ByBlock { get; } = [];

    public MemberListParser Lists { get; }

    /// <summary>The therapy that the title names; null when it names none.</summary>
    public Term? Therapy { get; }

    /// <summary>The places that give a combination, in text order; read once.</summary>
    public IReadOnlyList<RegimenMention> Regimens => regimens ??= RegimenRule.Read(this);

    /// <summary>True for an abbreviation that the document gives a combination, or that is in common use for one.</summary>
    public bool IsRegimenName(string written)
    {
        names ??= Regimens.Where(mention => mention.Abbreviation is not null).Select(mention => mention.Abbreviation!).ToHashSet(StringComparer.Ordinal);
        return names.Contains(written) || (Lexicon.RegimenNames.Contains(written) && !Names.Conditions.ContainsKey(written));
    }

    /// <summary>The heading that starts at a position; null when none does.</summary>
    public SentenceReading? HeadingAt(int position) =>
        headings.TryGetValue(position, out var heading) ? heading : null;

    /// <summary>The combinations whose last word lies in a span, in text order.</summary>
    public IEnumerable<RegimenMention> RegimensEndingIn(Span span)
    {
        regimenEnds ??= Regimens.OrderBy(mention => mention.Span.End).ToArray();
        var low = 0;
        var high = regimenEnds.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (regimenEnds[middle].Span.End <= span.Start) low = middle + 1;
            else high = middle;
        }

        for (; low < regimenEnds.Length && regimenEnds[low].Span.End <= span.End; low++) yield return regimenEnds[low];
    }

    /// <summary>What is said of how drugs and classes work; read once.</summary>
    public IReadOnlyList<Fact> Mechanisms => mechanisms ??= [.. new ClassStatementRule().Find(this), .. new DrugMechanismRule().Find(this)];

    /// <summary>The classes of drugs, those read from a heading included; read once.</summary>
    public IReadOnlyList<DrugClassFact> DrugClasses => drugClasses ??= FindDrugClasses();

    /// <summary>The classes of one drug.</summary>
    public IEnumerable<DrugClassFact> ClassesOf(DrugKey drug) => (classesByDrug ??= DrugClasses.ToLookup(fact => fact.Drug))[drug];

    public IReadOnlyList<UnreadSentence> Refusals => refusals;

    /// <summary>Reports words that look like a statement and were left out, with the reason.</summary>
    public void Refuse(Span span, string reason) => refusals.Add(new UnreadSentence(Words(span), reason, span));

    /// <summary>The words of a span with every run of white space as one space.</summary>
    public string Words(Span span)
    {
        var builder = new StringBuilder(span.Length);
        var space = false;
        foreach (var c in Text.AsSpan(span.Start, span.Length))
        {
            if (char.IsWhiteSpace(c))
            {
                space = true;
                continue;
            }

            if (space && builder.Length > 0) builder.Append(' ');
            space = false;
            builder.Append(c);
        }

        return builder.ToString();
    }

    /// <summary>Sentences of running text and lists: no headings, no navigation, no references.</summary>
    public IEnumerable<SentenceReading> Body =>
        Sentences.Where(sentence => sentence.Block.Kind is BlockKind.Paragraph or BlockKind.ListItem && !sentence.IsReference);

    /// <summary>The sentence that opens the list an item is in: its parent item, or the last sentence before the list.</summary>
    public SentenceReading? IntroOf(Block item)
    {
        if (item.Parent is { } parent && ByBlock.TryGetValue(parent, out var own) && own.Count > 0) return own[^1];
        return item.Intro is { Kind: BlockKind.Paragraph } intro && ByBlock.TryGetValue(intro, out var sentences) && sentences.Count > 0 ? sentences[^1] : null;
    }

    private List<Section> FindSections()
    {
        var sections = new List<Section>();
        var all = Blocks.Where(block => block.Kind == BlockKind.Heading).ToList();
        var first = all.Count > 0 ? all[0].Span.Start : Text.Length;
        var current = new Section("", new Span(0, 0), Span.Between(0, first));
        if (Blocks.Any(block => block.Kind is not BlockKind.Navigation && block.Span.Start < first)) sections.Add(current);
        var at = -1;
        for (var i = 0; i < Blocks.Count; i++)
        {
            var block = Blocks[i];
            block.Index = i;
            if (block.Kind == BlockKind.Heading)
            {
                at++;
                var end = at + 1 < all.Count ? all[at + 1].Span.Start : Text.Length;
                current = new Section(Words(block.Span), block.Span, Span.Between(Math.Min(block.Span.End + 1, end), end));
                sections.Add(current);
            }

            block.Section = current;
            block.Heading = at < 0 ? null : all[at];
        }

        return sections;
    }

    private void CutSentences()
    {
        foreach (var block in Blocks)
        {
            var own = ByBlock[block] = [];
            if (block.Kind == BlockKind.Navigation || block.Span.Length == 0) continue;
            var isReference = block.Kind == BlockKind.ListItem && IsReferenceHeading(block.Section.Heading);
            var isWhole = block.Kind == BlockKind.Heading || (isReference && block.Span.Length <= SentenceSplitter.LongestSentence);
            var spans = isWhole ? [block.Span] : SentenceSplitter.Split(Text, block.Span, Lexicon.Layout.Abbreviations);
            SentenceReading? before = null;
            foreach (var span in spans)
            {
                var tokens = TokenSplitter.Split(Text, Tokenizer.Tokenize(Text, span.Start, span.End), Lexicon.Drugs);
                var sentence = new Sentence(Text, span, block, before?.Sentence, tokens);
                before = new SentenceReading(sentence, this, before) { IsReference = isReference };
                if (block.Kind == BlockKind.Heading) headings.TryAdd(span.Start, before);
                own.Add(before);
                Sentences.Add(before);
            }
        }
    }

    public bool IsReferenceHeading(string heading) =>
        heading.Length > 0 && Lexicon.Words.ReferenceHeadings.Any(word => heading.EndsWith(word, StringComparison.OrdinalIgnoreCase) || heading.StartsWith(word + " ", StringComparison.OrdinalIgnoreCase));

    private List<DrugClassFact> FindDrugClasses()
    {
        var stated = new DrugClassRule().Find(this).OfType<DrugClassFact>().ToList();
        return [.. stated, .. HeadingClassRule.Find(this, stated, Mechanisms)];
    }

    private Term? FindTherapy()
    {
        foreach (var sentence in Sentences)
        {
            if (sentence.Block.Kind != BlockKind.Heading) continue;
            for (var i = 0; i < sentence.Tokens.Count; i++)
            {
                if (Lexicon.Categories.Therapies.TryMatch(sentence.Tokens, i, out _, out var term)) return term;
            }

            return null;
        }

        return null;
    }
}
