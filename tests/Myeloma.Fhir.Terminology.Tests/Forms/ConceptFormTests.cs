using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Forms;

namespace Myeloma.Fhir.Terminology.Tests.Forms;

/// <summary>The columns that concepts are kept in, and the way to and from their bytes.</summary>
public sealed class ConceptFormTests
{
    private static readonly CodeSystemSource Source = new("http://example.org/s", "1", "complete",
    [
        new ConceptSource("root", "Röntgen plate", "All of them.", -1),
        new ConceptSource("Ünïcode-𝒳", null, null, 0)
        {
            Designations = [new("de", new ConceptUse("http://u", "short", "Short"), "Eins", "draft"), new(null, null, "One") { Extensions = [new("http://e", "{\"url\":\"http://e\"}")] }],
            Properties = [new("colour", "Coding", "red", "http://c", "Red"), new("weight", "decimal", "1.50"), new("status", "code", "retired")],
        },
        new ConceptSource("leaf", "Leaf", null, 0) { FurtherParents = [1], Extensions = [new("http://f", "{}")], Properties = [new("colour", "Coding", "red", "http://c"), new("inactive", "boolean", "true")] },
        new ConceptSource("root", "Stated twice", null, -1),
    ]);

    [Fact]
    public void A_form_that_was_written_and_read_says_what_was_stated()
    {
        var form = ConceptForm.Of(Source);
        using var stream = new MemoryStream();
        form.Write(stream);
        stream.Position = 0;
        var read = new CompiledCodeSystem(Source with { Concepts = [] }, ConceptForm.Read(stream)!);

        Assert.Equal(stream.Length, stream.Position);
        Assert.Equal(Told(new CompiledCodeSystem(Source)), Told(read));
        Assert.Equal(
            [
                "0 root Röntgen plate All of them. <  [] [] [] 0", "1 Ünïcode-𝒳   < 0 [de http://u|short|Short Eins draft ,   One  {\"url\":\"http://e\"}] [colour Coding red http://c Red, weight decimal 1.50  , status code retired  ] [] 1",
                "2 leaf Leaf  < 0 1 [] [colour Coding red http://c , inactive boolean true  ] [{}] 2", "3 root Stated twice  <  [] [] [] 0",
            ],
            Told(read));
        Assert.Equal([1, 2], read.Inactive.From(0));
        Assert.Equal([0], read.Index.Find("rontgen PLA")!.From(0));
        Assert.Equal([1], read.Index.Find("one eins")!.From(0));
        Assert.Equal([1, 2], read.Column("colour")["red"].From(0));
        Assert.Equal(["true"], read.Column("inactive").Values);
    }

    [Fact]
    public void A_form_of_another_layout_is_not_read()
    {
        using var stream = new MemoryStream();
        ConceptForm.Of(Source).Write(stream);
        stream.GetBuffer()[0]++;
        stream.Position = 0;

        Assert.Null(ConceptForm.Read(stream));
    }

    [Theory]
    [InlineData(true, "Ünïcode-𝒳", 1)]
    [InlineData(true, "LEAF", -1)]
    [InlineData(false, "LEAF", 2)]
    [InlineData(false, "üNÏCODE-𝒳", 1)]
    [InlineData(false, "", -1)]
    public void Codes_are_found_as_the_system_compares_them(bool isCaseSensitive, string code, int ordinal) =>
        Assert.Equal(ordinal, ConceptForm.Of(Source with { CaseSensitive = isCaseSensitive }).Find(code));

    [Fact]
    public void Every_code_of_many_is_found_and_no_other()
    {
        var form = ConceptForm.Of(new CodeSystemSource("http://example.org/many", null, "complete", [.. Enumerable.Range(0, 5000).Select(each => new ConceptSource($"{each * 31}", null, null, -1))]));

        Assert.All(Enumerable.Range(0, 5000), each => Assert.Equal(each, form.Find($"{each * 31}")));
        Assert.All(Enumerable.Range(0, 5000), each => Assert.Equal(-1, form.Find($"{(each * 31) + 1}")));
    }

    [Fact]
    public void The_hash_tells_contents_apart()
    {
        ConceptSource[] stated = [new("a", "b", null, -1), new("ab", null, null, -1), new("a", null, "b", -1), new("a", "b", null, 0), new("a", "b", null, -1) { FurtherParents = [0] },
            new("a", "b", null, -1) { Designations = [new(null, null, "c")] }, new("a", "b", null, -1) { Properties = [new("c", "code", "d")] }, new("a", "b", null, -1) { Extensions = [new("c", "d")] }];

        Assert.Equal(stated.Length, stated.Select(each => ConceptContent.Hash([each])).Distinct().Count());
        Assert.Equal(ConceptContent.Hash(Source.Concepts), ConceptContent.Hash([.. Source.Concepts]));
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", ConceptContent.Hash([]));
    }

    [Fact]
    public void Supplements_add_names_and_properties_to_the_concepts_they_name()
    {
        var system = new CompiledCodeSystem(Source);
        var supplement = new CompiledCodeSystem(new CodeSystemSource("http://example.org/add", null, "supplement",
        [
            new ConceptSource("Ünïcode-𝒳", "First", null, -1) { Designations = [new("fr", null, "Un")], Properties = [new("colour", "code", "blue")] }, new ConceptSource("unknown", "No", null, -1),
        ]));

        var with = system.With([supplement]);

        Assert.Equal(("First", null), (with.Display(1), system.Display(1)));
        Assert.Equal(["Eins", "One", "Un"], with.Designations(1).ToArray().Select(each => each.Value));
        Assert.Equal([1], with.Column("colour")["blue"].From(0));
        Assert.Equal([1, 2], with.Column("colour")["red"].From(0));
        Assert.Equal([1], with.Displayed("First").From(0));
        Assert.Equal([1], with.Index.Find("un fir")!.From(0));
        Assert.Empty(system.Index.Find("fir")!.From(0));
        Assert.Equal([1, 2], with.Inactive.From(0));
        Assert.Equal(["de", "fr"], with.Languages);
    }

    private static IEnumerable<string> Told(CompiledCodeSystem system) => Enumerable.Range(0, system.Count).Select(ordinal => string.Join(' ',
        ordinal, system.Code(ordinal), system.Display(ordinal), system.Definition(ordinal), "<", string.Join(' ', system.Hierarchy.Parents(ordinal).ToArray()),
        $"[{string.Join(", ", system.Designations(ordinal).ToArray().Select(each => $"{each.Language} {(each.Use is { } use ? $"{use.System}|{use.Code}|{use.Display}" : "")} {each.Value} {each.Status} {string.Concat(each.Extensions.Select(extension => extension.Json))}"))}]",
        $"[{string.Join(", ", system.Properties(ordinal).ToArray().Select(each => $"{each.Code} {each.Kind} {each.Value} {each.System} {each.Display}"))}]",
        $"[{string.Concat(system.Extensions(ordinal).ToArray().Select(each => each.Json))}]", system.Find(system.Code(ordinal))));
}
