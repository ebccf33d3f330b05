using System.Diagnostics;
using System.Globalization;
using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Forms;
using Myeloma.Fhir.Terminology.Importing;
using Myeloma.Fhir.Terminology.Operations;

namespace Myeloma.Fhir.Benchmarks.Terminology;

/// <summary>What the engine does without a server: reading, compiling, keeping, and the questions that everything else asks of it. One thread.</summary>
internal static class InProcessCases
{
    public static void Run(string lines, int concepts)
    {
        var (form, header) = Compile(lines);
        var kept = Path.ChangeExtension(lines, ".form");
        Time("writing the compiled form", () =>
        {
            using var file = File.Create(kept);
            form!.Write(file);
        });
        form = null;
        var before = Live();
        var watch = Stopwatch.StartNew();
        using (var file = File.OpenRead(kept)) form = ConceptForm.Read(file)!;
        Say($"reading the compiled form ({new FileInfo(kept).Length / 1e6:F0} MB): {watch.Elapsed.TotalSeconds:F2} s");
        Say($"memory of the form, with hierarchy, text and index of words: {(Live() - before) / 1e6:F0} MB, {form.Size / 1e6:F0} MB by its own count");
        var system = CompiledCodeSystem.Of(CodeSystemSource.Of(ResourceDocument.Parse(Encoding.UTF8.GetBytes(header)).Root), form);
        Ask(system, concepts);
        Answer(header, system, concepts);
    }

    /// <summary>Whole operations: parameters in, the answer as JSON out.</summary>
    private static void Answer(string header, CompiledCodeSystem system, int concepts)
    {
        var resource = ResourceDocument.Parse(Encoding.UTF8.GetBytes(header.Replace("\"url\"", $"\"extension\":[{{\"url\":\"{ConceptContent.Extension}\",\"valueString\":\"0\"}}],\"url\"", StringComparison.Ordinal)));
        var top = ResourceDocument.Parse(Encoding.UTF8.GetBytes(HttpCases.TopValueSet("top")));
        var catalog = new TerminologyCatalog(
            R4Schema.Instance, (type, url) => type == "CodeSystem" && url == GeneratedSystem.Url ? [resource] : type == "ValueSet" && url == HttpCases.TopUrl ? [top] : [], _ => system);
        var (lookup, validate, subsumes, expand) = (new Lookup(TerminologyLimits.Default), new ValidateCode(TerminologyLimits.Default), new Subsumes(TerminologyLimits.Default), new ValueSetExpand(TerminologyLimits.Default, TimeProvider.System));
        string Code(int each) => GeneratedSystem.Code((int)(each * 7919L % concepts));
        Rate("$lookup, whole", each => lookup.Answer(catalog, Of(("system", GeneratedSystem.Url), ("code", Code(each)))).Length, 1 << 12);
        Rate("$subsumes, whole", each => subsumes.Answer(catalog, Of(("system", GeneratedSystem.Url), ("codeA", Code(each)), ("codeB", Code(each ^ 0x55)))).Length, 1 << 12);
        Rate("$validate-code, whole", each => validate.CodeSystem(catalog, Of(("url", GeneratedSystem.Url), ("code", Code(each)))).Length, 1 << 12);
        Rate("$validate-code in an is-a set, whole", each => validate.ValueSet(catalog, Of(("url", HttpCases.TopUrl), ("system", GeneratedSystem.Url), ("code", Code(each)))).Length, 1 << 12);
        Rate("$expand is-a, 100 at any offset, whole", each => expand.Answer(catalog, Of(("url", HttpCases.TopUrl), ("count", "100"), ("offset", (each * 71L % 300_000).ToString(CultureInfo.InvariantCulture)))).Length, 1 << 10);
        var words = new GeneratedSystem(1).CommonWords(1 << 10).ToArray();
        Rate("$expand with filter, 20, whole", each => expand.Answer(catalog, Of(("url", HttpCases.TopUrl), ("count", "20"), ("filter", words[each][..Math.Min(3, words[each].Length)]))).Length, 1 << 10);
    }

    private static TerminologyArguments Of(params (string Name, string Value)[] arguments) => new(arguments.Select(each => new TerminologyArgument(each.Name, each.Value, null)));

    private static (ConceptForm? Form, string Header) Compile(string lines)
    {
        CodeSystemSource? source = null;
        Time("reading NDJSON", () =>
        {
            using var files = ReleaseFiles.At(lines);
            source = ReleaseFormat.Get("ndjson", files).Read(files, new ReleaseOptions(), null, CancellationToken.None);
        });
        ConceptForm? form = null;
        Time("hashing its content", () => ConceptContent.Hash(source!.Concepts));
        Time("compiling", () => form = ConceptForm.Of(source!));
        Time("making the index of words", () => _ = form!.Index);
        return (form, File.ReadLines(lines).First());
    }

    private static void Ask(CompiledCodeSystem system, int concepts)
    {
        var codes = Enumerable.Range(0, 1 << 16).Select(each => GeneratedSystem.Code((int)(each * 7919L % concepts))).ToArray();
        Rate("find a code", each => system.Find(codes[each]));
        Rate("$subsumes of two codes", each => Subsumes.Outcome(system, system.Find(codes[each]), system.Find(codes[each ^ 0x55])).Length);
        var large = system.Hierarchy.SelfAndDescendants(system.Find(GeneratedSystem.Code(1)));
        Rate(string.Create(CultureInfo.InvariantCulture, $"membership of a code in an is-a set of {large.Count:N0}"), each => large.Contains(system.Find(codes[each])) ? 1 : 0);
        Rate("display and designations of a code", each => system.Display(system.Find(codes[each]))!.Length + system.Designations(system.Find(codes[each])).Length);
        Rate("is-a page of 100 at any offset", each => large.From(each * 5 % large.Count).Take(100).Count(), 1 << 12);
        var prefixes = Enumerable.Range(0, 1 << 12).Select(each => Prefixes(system, each * 101 % concepts)).ToArray();
        Rate("text filter of two prefixes", each => system.Index.Find(prefixes[each])!.Count, 1 << 12);
    }

    private static string Prefixes(CompiledCodeSystem system, int ordinal)
    {
        var words = system.Display(ordinal)!.Split(' ');
        return words[^1][..Math.Min(3, words[^1].Length)] + " " + words[0][..Math.Min(4, words[0].Length)];
    }

    /// <remarks>One thread works, so that the time of the processor is told, too: it counts for the machine when others use it at the same time.</remarks>
    private static void Rate(string name, Func<int, int> ask, int count = 1 << 16)
    {
        var sum = 0;
        for (var each = 0; each < count; each++) sum += ask(each);
        var (watch, processor) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var rounds = 0;
        while (watch.Elapsed < TimeSpan.FromSeconds(1))
        {
            for (var each = 0; each < count; each++) sum += ask(each);
            rounds++;
        }

        var asked = (double)rounds * count;
        Say($"{name}: {watch.Elapsed.TotalMicroseconds / asked:F3} µs, of the processor {(Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / asked:F3} µs ({sum & 1})");
    }

    private static void Time(string name, Action work)
    {
        var (watch, processor) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        work();
        Say($"{name}: {watch.Elapsed.TotalSeconds:F2} s, of the processors {(Environment.CpuUsage.TotalTime - processor).TotalSeconds:F2} s");
    }

    private static long Live()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static void Say(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));
}
